/** How commands ask a server that runs: where its operator's listener is, with which token, and what to say if not. */
import { HttpError } from "../errors.ts";
import { UsageError } from "./command.ts";
import type { Flags, Parsed } from "./flags.ts";

/** What the configuration says of the operator's listener. */
export interface OperatorSettings {
  /** Where it answers, such as `http://127.0.0.1:8081`; undefined where it has no address that can be asked. */
  readonly server?: string | undefined;
  /** Empty where none is configured. */
  readonly token: string;
}

/** Reads the configuration; called only by commands whose flags leave something open. May throw ConfigError. */
export type FindOperator = () => OperatorSettings;

export interface Operator {
  readonly server: string;
  readonly token: string;
}

export const OPERATOR_FLAGS: Flags = new Map([
  ["server", false],
  ["token", false],
]);

export const OPERATOR_DETAILS = [
  "--server is the operator's listener, by default the one that this environment configures, or http://127.0.0.1:8081;",
  "--token is its token, by default TINTYPE_OPERATOR_TOKEN, which no list of processes shows.",
].join("\n");

const DEFAULT_SERVER = "http://127.0.0.1:8081";
const PATIENCE_MS = 300_000;

/** Whom to ask: the flags, then the configuration. Throws UsageError. */
export function operatorOf(flags: Parsed["flags"], find: FindOperator): Operator {
  const named = flags.get("server");
  const token = flags.get("token");
  const server = named === undefined ? undefined : readServer(named);
  if (server !== undefined && token !== undefined) return { server, token };
  const settings = find();
  return { server: server ?? settings.server ?? DEFAULT_SERVER, token: token ?? settings.token };
}

/** The address of a server, without a slash at its end. Throws UsageError. */
export function readServer(given: string): string {
  if (/^https?:\/\/[^/?#@\s]+(?:\/[^?#\s]*)?$/i.test(given) && URL.canParse(given))
    return given.replace(/\/+$/, "");
  throw new UsageError(`expected an http(s) URL behind --server, got ${JSON.stringify(given)}`);
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Asks a server that the user of the command line names, which is why no gate stands in between. Redirects are answers.
 * Rejects with an Error whose sentence says where nobody answered.
 */
export async function ask(
  url: string,
  { method = "GET", headers = {}, signal }: Question,
): Promise<Response> {
  try {
    return await fetch(url, { method, headers, signal, redirect: "manual" });
  } catch (error) {
    throw new Error(`expected an answer from ${new URL(url).origin}, got ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "none in time";
  if (error instanceof HttpError) return error.code === "timeout" ? "none in time" : "called off";
  const { cause = error } = error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ECONNREFUSED") return "nobody that listens there (ECONNREFUSED)";
  return (cause instanceof Error && cause.message) || code || error.message;
}

/** Asks the operator's listener; resolves to what its JSON says. Rejects with an Error that says what to do. */
export async function askOperator(
  { server, token }: Operator,
  target: string,
  { method, headers = {} }: Omit<Question, "signal"> = {},
): Promise<unknown> {
  // fetch takes headers of Latin-1 only, and the server reads UTF-8.
  const authorization = `Bearer ${Buffer.from(token).toString("latin1")}`;
  const reply = await ask(`${server}${target}`, {
    ...(method !== undefined && { method }),
    headers: { ...headers, ...(token !== "" && { authorization }) },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const said = parse(await textOf(reply));
  if (reply.ok && said !== undefined) return said;
  const trouble = (said as { error?: { message?: unknown } } | null | undefined)?.error?.message;
  if (typeof trouble !== "string")
    throw new Error(
      `expected an answer in JSON, got status ${reply.status}: is ${server} the operator's listener?`,
    );
  const hint = reply.status === 401 ? " (give --token or set TINTYPE_OPERATOR_TOKEN)" : "";
  throw new Error(`the server answered ${reply.status}: ${printable(trouble)}${hint}`);
}

async function textOf(reply: Response): Promise<string> {
  try {
    return await reply.text();
  } catch (error) {
    throw new Error(`expected a whole answer from ${reply.url}, got ${reasonOf(error)}`, { cause: error });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Text of others' that cannot move a terminal's cursor. */
export const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
