/** What an operator may ask of a running server, on a listener of its own that the public never reaches. */
import { header, type Ask, type Handle, type Headers, type Reply } from "../message.ts";
import type { Scope } from "../scope.ts";
import { Complaint } from "./complaint.ts";
import { readScopes } from "./query.ts";
import type { PurgeAnswer, Purged, PurgeReport } from "./report.ts";
import { createTokenCheck } from "./token.ts";

export type { PurgeAnswer, Purged, PurgeReport } from "./report.ts";

export interface OperatorParts {
  /** Empty lets nobody have more than metrics. */
  readonly token: string;
  /** Answers on every path that is not spoken for, as imgproxy's listener does. */
  readonly metrics: Handle | undefined;
  readonly purge: (scope: Scope) => Promise<PurgeReport>;
  /** `target` is that of the public listener, as it was sent; the operator's own Authorization is not among the headers. */
  readonly explain: (target: string, headers: Headers) => Promise<unknown>;
  readonly stats: () => unknown;
  /** Hears of what the parts reject with, since clients do not. */
  readonly onFault?: (error: unknown, ask: Ask) => void;
}

interface Route {
  readonly methods: readonly string[];
  readonly open?: true;
  readonly answer: (ask: Ask) => Promise<Reply>;
  /** What a client reads where `answer` rejects. */
  readonly trouble: string;
}

const READING = ["GET", "HEAD"];
const EXPLAIN = "/explain";

/** Makes the handler of the operator's listener. */
export function createOperatorHandle(parts: OperatorParts): Handle {
  const checkToken = createTokenCheck(parts.token);
  const routeOf = createRoutes(parts);
  return async (ask) => {
    try {
      const route = routeOf(pathOf(ask.target));
      if (!route.methods.includes(ask.method))
        throw new Complaint(
          405,
          "wrong_method",
          `expected ${route.methods.join(" or ")}, got ${ask.method}`,
          {
            Allow: route.methods.join(", "),
          },
        );
      if (!route.open) checkToken(header(ask.headers, "authorization"));
      return await answered(route, ask, parts);
    } catch (error) {
      if (error instanceof Complaint) return refused(error);
      throw error;
    }
  };
}

async function answered(route: Route, ask: Ask, { onFault }: OperatorParts): Promise<Reply> {
  try {
    return await route.answer(ask);
  } catch (error) {
    if (error instanceof Complaint) throw error;
    onFault?.(error, ask);
    throw new Complaint(500, "internal", route.trouble);
  }
}

function createRoutes({ metrics, purge, explain, stats }: OperatorParts): (path: string) => Route {
  const exact: Readonly<Record<string, Route>> = {
    "/cache": {
      methods: ["DELETE"],
      answer: async ({ target }) => json(200, await purgeAll(readScopes(queryOf(target)), purge)),
      trouble: "The purge failed, and what it was about may still be served: the log has the cause.",
    },
    "/stats": {
      methods: READING,
      answer: async () => json(200, await stats()),
      trouble: "The statistics could not be had: the log has the cause.",
    },
  };
  const explaining: Route = {
    methods: READING,
    answer: async ({ target, headers }) => {
      const { authorization, ...rest } = headers;
      return json(200, await explain(explained(target), rest));
    },
    trouble: "The explanation could not be had: the log has the cause.",
  };
  const rest: Route | undefined = metrics && {
    methods: READING,
    open: true,
    answer: metrics,
    trouble: "The metrics could not be had: the log has the cause.",
  };
  return (path) => {
    const own = Object.hasOwn(exact, path) ? exact[path] : undefined;
    const found = own ?? (path === EXPLAIN || path.startsWith(`${EXPLAIN}/`) ? explaining : rest);
    if (found) return found;
    throw new Complaint(404, "not_found", "expected /cache, /explain/... or /stats, got another path");
  };
}

/** One after the other, so that a long list is no flood. */
async function purgeAll(scopes: readonly Scope[], purge: OperatorParts["purge"]): Promise<PurgeAnswer> {
  const purged: Purged[] = [];
  for (const scope of scopes) {
    const { removed, tiers, complete, edges } = await purge(scope);
    purged.push({ scope, removed, tiers, complete, edges });
  }
  return { purged, removed: purged.reduce((sum, { removed }) => sum + removed, 0) };
}

const pathOf = (target: string): string => target.split("?", 1)[0] ?? "";

const queryOf = (target: string): string => target.slice(pathOf(target).length + 1);

function explained(target: string): string {
  const rest = target.slice(EXPLAIN.length);
  if (rest.startsWith("/")) return rest;
  throw new Complaint(
    400,
    "bad_target",
    "expected a target of the public listener behind /explain, got none",
  );
}

const json = (status: number, value: unknown, headers: Reply["headers"] = {}): Reply => ({
  status,
  headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers },
  body: `${JSON.stringify(value ?? null, undefined, 2)}\n`,
});

const refused = ({ status, code, message, headers }: Complaint): Reply =>
  json(status, { error: { code, message } }, headers);
