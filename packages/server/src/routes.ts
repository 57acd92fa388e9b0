import { ERRORS, HttpError } from "./errors.ts";
import type { Told } from "./handle.ts";
import type { Ask, Reply } from "./message.ts";

/** What the routes beside the pictures are made of. */
export interface RouteSettings {
  readonly pathPrefix: string;
  /** A second path of the health check, behind the prefix; empty for none. */
  readonly healthCheckPath: string;
  readonly healthCheckMessage: string;
  /** Seconds that pictures may be kept, for the few answers here that may be kept alike. */
  readonly ttl: number;
  /** CORS headers of every answer about a picture. */
  readonly cors: Reply["headers"];
  readonly pages: Readonly<Record<string, () => Promise<Reply> | Reply>>;
  /** Answers for itself and all below it, where there is one; undefined for a path that nothing is served at. */
  readonly playground?: ((ask: Ask, path: string) => Promise<Told | undefined>) | undefined;
  /** Resolves to the reason not to send requests here, or to undefined. */
  readonly unready: () => Promise<string | undefined>;
  readonly handle: (ask: Ask) => Promise<Told>;
  readonly refuse: (error: HttpError) => Reply;
}

type Route = (ask: Ask) => Promise<Told> | Told;

/** Pictures are made for the pages of other sites, those included that isolate themselves. */
const EMBEDDABLE: Reply["headers"] = { "Cross-Origin-Resource-Policy": "cross-origin" };
const BLANK: Reply["headers"] = { "Content-Type": "text/plain" };
const GET = new Set(["GET", "HEAD"]);

/** Which answer a path gets (contract http.md, section 1): exact paths first, then pictures. */
export function createRoutes(settings: RouteSettings): (ask: Ask) => Promise<Told> {
  const { pathPrefix, healthCheckPath, cors, handle } = settings;
  const health: Route = () => ({
    reply: { status: 200, headers: UNCACHED, body: settings.healthCheckMessage },
    quiet: true,
  });
  const exact: Readonly<Record<string, Route>> = {
    ...Object.fromEntries(
      Object.entries(settings.pages).map(([path, page]): [string, Route] => [
        path,
        async () => ({ reply: await page() }),
      ]),
    ),
    "/favicon.ico": () => ({ ...nothing(settings), quiet: true }),
    "/health": health,
    "/ready": async () => ready(await settings.unready()),
    ...(healthCheckPath === "" ? {} : { [healthCheckPath]: health }),
  };
  const maxAge = settings.ttl > 0 ? `max-age=${settings.ttl}, public` : "no-cache";
  const preflight: Told = {
    reply: { status: 200, headers: { ...BLANK, ...cors, "Cache-Control": maxAge }, body: " " },
  };

  return async (ask) => {
    const path = ask.target.split("?", 1)[0] ?? "";
    if (path !== pathPrefix && !path.startsWith(`${pathPrefix}/`)) return nothing(settings);
    const inside = path.slice(pathPrefix.length) || "/";
    if (ask.method === "OPTIONS") return preflight;
    if (settings.playground && /^\/playground(?:\/|$)/.test(inside))
      return (await settings.playground(ask, inside)) ?? nothing(settings);
    if (!GET.has(ask.method)) return nothing(settings);
    if (Object.hasOwn(exact, inside)) return exact[inside]!(ask);
    if (inside.startsWith("/.well-known/")) return { ...nothing(settings), quiet: true };
    const told = await handle(ask);
    const around = told.error === undefined ? { ...cors, ...EMBEDDABLE } : cors;
    return { ...told, reply: { ...told.reply, headers: { ...around, ...told.reply.headers } } };
  };
}

const UNCACHED: Reply["headers"] = { ...BLANK, "Cache-Control": "no-cache" };

const ready = (reason: string | undefined): Told =>
  reason === undefined
    ? { reply: { status: 200, headers: UNCACHED, body: "ready" }, quiet: true }
    : { reply: { status: ERRORS.not_ready.status, headers: UNCACHED, body: reason } };

function nothing({ refuse }: Pick<RouteSettings, "refuse">): Told {
  const error = new HttpError("not_found", "expected a path that something is served at");
  return { reply: refuse(error), error };
}
