import { HttpError } from "../errors.ts";
import { type Answer, valuesOf } from "./answer.ts";

/** Who asks a Swift, and where it signs people in. */
export interface KeystoneSettings {
  readonly username: string;
  readonly apiKey: string;
  readonly authUrl: string;
  /** 1, 2 or 3; 0 finds it in the URL. */
  readonly authVersion: number;
  /** The project, for versions 2 and 3. */
  readonly tenant: string;
  /** The domain of user and project, for version 3; empty for OpenStack's own default. */
  readonly domain: string;
}

/** What a sign-in yields. */
export interface Session {
  /** Where the account's containers are. */
  readonly storageUrl: string;
  readonly token: string;
}

/** What a request to sign in is made of. */
export interface Question {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Send = (
  url: URL,
  question: Question,
) => Promise<Answer & { readonly body: { json(): Promise<unknown> } }>;

type SignIn = (settings: KeystoneSettings, send: Send) => Promise<Session>;

const failure = (detail: string): HttpError => new HttpError("source_unreachable", detail);

/** A URL below the one that signs in. */
function below(authUrl: string, path: string): URL {
  const url = new URL(authUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${path}`;
  return url;
}

async function asked(send: Send, url: URL, question: Question): ReturnType<Send> {
  const answer = await send(url, question);
  if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
  answer.body.destroy();
  throw failure(`expected to sign in at ${url.host}, got ${answer.statusCode}`);
}

const post = (body: unknown): Question => ({
  method: "POST",
  headers: { "content-type": "application/json", accept: "application/json" },
  body: JSON.stringify(body),
});

function sessionOf(storageUrl: string | undefined, token: string | undefined): Session {
  if (storageUrl !== undefined && URL.canParse(storageUrl) && token) return { storageUrl, token };
  throw failure("expected a token and the URL of an object store after signing in, got none");
}

/** The account itself has the user's name in it. */
const signInToFirst: SignIn = async ({ username, apiKey, authUrl }, send) => {
  const headers = { "x-auth-user": username, "x-auth-key": apiKey };
  const answer = await asked(send, new URL(authUrl), { method: "GET", headers });
  answer.body.destroy();
  return sessionOf(valuesOf(answer, "x-storage-url")[0], valuesOf(answer, "x-auth-token")[0]);
};

interface SecondCatalog {
  readonly access?: {
    readonly token?: { readonly id?: string };
    readonly serviceCatalog?: readonly {
      readonly type?: string;
      readonly endpoints?: readonly { readonly publicURL?: string }[];
    }[];
  };
}

const signInToSecond: SignIn = async ({ username, apiKey, authUrl, tenant }, send) => {
  const auth = { passwordCredentials: { username, password: apiKey }, tenantName: tenant };
  const answer = await asked(send, below(authUrl, "/tokens"), post({ auth }));
  const { access } = (await answer.body.json()) as SecondCatalog;
  const store = access?.serviceCatalog?.find(({ type }) => type === "object-store");
  return sessionOf(store?.endpoints?.[0]?.publicURL, access?.token?.id);
};

interface ThirdCatalog {
  readonly token?: {
    readonly catalog?: readonly {
      readonly type?: string;
      readonly endpoints?: readonly { readonly interface?: string; readonly url?: string }[];
    }[];
  };
}

const signInToThird: SignIn = async ({ username, apiKey, authUrl, tenant, domain: name }, send) => {
  const domain = name === "" ? { id: "default" } : { name };
  const user = { name: username, password: apiKey, domain };
  const auth = {
    identity: { methods: ["password"], password: { user } },
    ...(tenant !== "" && { scope: { project: { name: tenant, domain } } }),
  };
  const answer = await asked(send, below(authUrl, "/auth/tokens"), post({ auth }));
  const { token } = (await answer.body.json()) as ThirdCatalog;
  const store = token?.catalog?.find(({ type }) => type === "object-store");
  const place = store?.endpoints?.find((endpoint) => endpoint.interface === "public");
  return sessionOf(place?.url, valuesOf(answer, "x-subject-token")[0]);
};

const VERSIONS: Readonly<Record<number, SignIn>> = { 1: signInToFirst, 2: signInToSecond, 3: signInToThird };

/**
 * Signs in as OpenStack's Swift wants it: version 1 with headers, versions 2 and 3 with Keystone's JSON. Throws
 * `source_unreachable` where that fails.
 */
export function signIn(settings: KeystoneSettings, send: Send): Promise<Session> {
  const version = settings.authVersion || Number(/\/v([123])(?:[./]|$)/.exec(settings.authUrl)?.[1]);
  const signInTo = VERSIONS[version];
  if (signInTo) return signInTo(settings, send);
  throw failure(`expected v1, v2 or v3 in the URL to sign in at, got ${settings.authUrl}`);
}
