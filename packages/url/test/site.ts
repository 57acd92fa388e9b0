/** A site that Vite built out of `page/` and the published package, served with its pictures' capabilities in it. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { build, type InlineConfig } from "vite";
import { install, type Installed } from "./installed.ts";

const PAGE = fileURLToPath(new URL("page", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".css": "text/css",
};

export type Pictures = Readonly<Record<string, unknown>>;

export class Site {
  readonly #installed: Installed = install(PAGE);
  #server: Server | undefined;

  async start(pictures: Pictures): Promise<void> {
    const root = this.#installed.folder;
    const shared: InlineConfig = { root, logLevel: "warn", plugins: [react()] };
    await build({ ...shared, build: { outDir: "site" } });
    await build({ ...shared, build: { outDir: "server", ssr: "server.jsx" } });
    // In a process of its own, which knows the package by nothing but what is published.
    const rendered = execFileSync(process.execPath, [join(root, "server/server.js")], {
      input: JSON.stringify(pictures),
      encoding: "utf8",
    });
    const shell = readFileSync(join(root, "site/index.html"), "utf8");
    const page = (markup: string): string =>
      shell.replace("<!--markup-->", markup).replace("{}", JSON.stringify(pictures));
    const pages: Readonly<Record<string, string>> = {
      "/": page(""),
      "/rendered": page(rendered),
      "/still": page(rendered).replace(/<script type="module"[^>]*><\/script>/, ""),
      "/bare": `<!doctype html><p>Above</p><img id="bare" src="${String(pictures["bare"])}"><p id="end">Below</p>`,
    };
    this.#server = createServer(({ url = "" }, response) => {
      const body = pages[url] ?? this.#file(url);
      response.writeHead(body === undefined ? 404 : 200, {
        "Content-Type": TYPES[extname(url)] ?? "text/html; charset=utf-8",
      });
      response.end(body);
    });
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get origin(): string {
    // A TCP server has no other kind of address.
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  /** Where what a browser gets lies. */
  get folder(): string {
    return join(this.#installed.folder, "site");
  }

  /** Where the package was unpacked. */
  get home(): string {
    return join(this.#installed.folder, "node_modules/@tintype/url");
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
    this.#installed.remove();
  }

  #file(url: string): Buffer | undefined {
    if (!/^\/assets\/[\w.-]+$/.test(url)) return undefined;
    return readFileSync(join(this.folder, url));
  }
}
