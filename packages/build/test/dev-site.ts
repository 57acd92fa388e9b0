import { join } from "node:path";
import { createServer, type ViteDevServer } from "vite";
import { tintype } from "../src/vite.ts";
import { SETTINGS } from "./site.ts";

/** What is set for every server that is started here: fewer renderers, and no sandbox, whose trying out takes long. */
const SERVER = { IMGPROXY_WORKERS: "1", TINTYPE_RENDER_SANDBOX: "0" };

export interface Dev {
  readonly address: string;
  readonly vite: ViteDevServer;
}

/** Starts Vite for a site, as `vite dev` does. */
export async function startDev(root: string): Promise<Dev> {
  const settings = { ...SETTINGS, endpoint: `${SETTINGS.endpoint}/pictures`, endless: true };
  const vite = await createServer({
    root,
    configFile: false,
    logLevel: "silent",
    cacheDir: join(root, ".vite"),
    server: { port: 0, host: "127.0.0.1", ws: false },
    plugins: [tintype({ ...settings, server: SERVER })],
  });
  await vite.listen();
  return { vite, address: vite.resolvedUrls!.local[0]! };
}

/** The capability of the picture that a page of the site imports. */
export async function capabilityOf(address: string, query: string): Promise<string> {
  const answer = await fetch(`${address}fig.jpg?import&tintype&${query}`);
  const program = await answer.text();
  return /^const at = "([^"]+)";/.exec(program)?.[1] ?? `none: ${answer.status} ${program.slice(0, 500)}`;
}
