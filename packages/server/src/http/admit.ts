/** What the door lets in: one Host, a plain target, no body where none belongs (security.md, HTTP-1 and HTTP-2). */
import type { IncomingMessage } from "node:http";
import type { RefusalStatus } from "./refusal.ts";

export interface HeadLimits {
  readonly maxTargetBytes: number;
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
}

/** A request that may go on, with its target in origin-form, or why it may not. */
export type Admission =
  { readonly target: string } | { readonly status: RefusalStatus; readonly detail: string };

interface Head {
  readonly incoming: IncomingMessage;
  /** Bytes as sent, one character each. */
  readonly raw: string;
  /** The target in origin-form; undefined where it has none. */
  readonly target: string | undefined;
  /** Every value of the Host header. */
  readonly hosts: readonly string[];
  readonly headerBytes: number;
}

interface Rule {
  readonly status: RefusalStatus;
  readonly detail: string;
  readonly isBroken: (head: Head, limits: HeadLimits) => boolean;
}

const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(?::\d{0,5})?$/;
const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const BODILESS = new Set(["GET", "HEAD"]);

/** THE TABLE of what is refused, in the order of asking. Dot segments pass: sources have them inside `plain/`. */
const RULES: readonly Rule[] = [
  {
    status: 414,
    detail: "expected a shorter request target",
    isBroken: ({ raw }, { maxTargetBytes }) => raw.length > maxTargetBytes,
  },
  {
    status: 431,
    detail: "expected fewer or shorter headers",
    isBroken: ({ incoming, headerBytes }, { maxHeaders, maxHeaderBytes }) =>
      incoming.rawHeaders.length > 2 * maxHeaders || headerBytes > maxHeaderBytes,
  },
  {
    status: 400,
    detail: "expected HTTP/1.1 or HTTP/1.0",
    isBroken: ({ incoming }) => incoming.httpVersion !== "1.1" && incoming.httpVersion !== "1.0",
  },
  {
    status: 400,
    detail: "expected a method that asks for something here, got TRACE",
    isBroken: ({ incoming }) => incoming.method === "TRACE",
  },
  {
    status: 400,
    detail: "expected exactly one Host header",
    isBroken: ({ incoming, hosts }) =>
      hosts.length > 1 || (hosts.length === 0 && incoming.httpVersion !== "1.0"),
  },
  {
    status: 400,
    detail: "expected a host name or address in the Host header",
    isBroken: ({ hosts }) => hosts[0] !== undefined && !AUTHORITY.test(hosts[0]),
  },
  {
    status: 400,
    detail: "expected a target that begins with a slash or with our own authority",
    isBroken: ({ target }) => target === undefined,
  },
  {
    status: 400,
    detail: "expected a target of visible ASCII without a fragment",
    isBroken: ({ target = "" }) => /[^!-~]|#/.test(target),
  },
  {
    status: 400,
    detail: "expected two hexadecimal digits behind each percent sign of the path",
    // The query is nobody's business here: it is dropped unread (contract url.md, 1.1).
    isBroken: ({ target = "" }) => BAD_ESCAPE.test(target.split("?", 1)[0] ?? ""),
  },
  {
    status: 400,
    detail: "expected no body with GET or HEAD",
    isBroken: ({ incoming }) => BODILESS.has(incoming.method ?? "") && hasBody(incoming),
  },
  {
    status: 417,
    detail: "expected no expectation but 100-continue",
    isBroken: ({ incoming }) => (incoming.headers.expect ?? "100-continue").toLowerCase() !== "100-continue",
  },
];

/** Looks at a request's head before anyone else does. */
export function admit(incoming: IncomingMessage, limits: HeadLimits): Admission {
  const head = headOf(incoming);
  const broken = RULES.find((rule) => rule.isBroken(head, limits));
  if (broken !== undefined) return { status: broken.status, detail: broken.detail };
  // A rule above has refused those without a target.
  return { target: head.target! };
}

function headOf(incoming: IncomingMessage): Head {
  const raw = incoming.url ?? "";
  const { rawHeaders } = incoming;
  const hosts: string[] = [];
  let headerBytes = 0;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    // In bounds by the loop's condition.
    const name = rawHeaders[index]!;
    const value = rawHeaders[index + 1]!;
    // Four for the colon, the space and the line break.
    headerBytes += name.length + value.length + 4;
    if (name.toLowerCase() === "host") hosts.push(value);
  }
  return { incoming, raw, target: originForm(raw, hosts[0]), hosts, headerBytes };
}

function originForm(raw: string, host: string | undefined): string | undefined {
  if (raw.startsWith("/")) return raw;
  const [, authority = "", rest = ""] = ABSOLUTE.exec(raw) ?? [];
  if (authority === "" || authority.toLowerCase() !== host?.toLowerCase()) return undefined;
  return rest.startsWith("/") ? rest : `/${rest}`;
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
