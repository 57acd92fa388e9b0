/** compose.yaml as it ships, against what the server's own table of settings says. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load.ts";
import { read, ROOT } from "./paths.ts";

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly mem_limit?: string;
  readonly stop_grace_period?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface Compose {
  readonly services: Readonly<Record<"tintype" | "function" | "edge", Service> & Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

// Its shape is what the tests below are about.
const compose = parse(read("compose.yaml"), { merge: true }) as Compose;
const { services } = compose;
const { tintype: server, edge } = services;

/** What Compose puts in for `${NAME:-default}` where nobody has set anything. */
const filled = (text: string): string => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1");

const seconds = (text = ""): number => Number(/^(\d+)s$/.exec(text)?.[1]);

/** The server's configuration as Compose starts it; the folder of pictures is another one here. */
const { config, warnings } = loadConfig({
  env: Object.fromEntries(
    Object.entries(server.environment ?? {}).map(([name, value]) => [
      name,
      name === "IMGPROXY_LOCAL_FILESYSTEM_ROOT" ? join(ROOT, "samples") : filled(value),
    ]),
  ),
});

describe("compose.yaml", () => {
  it("has a configuration that the server takes without a word", () => assert.deepEqual(warnings, []));

  it("leaves more time to stop than the server takes", () => {
    const { lameDuckDelay, gracefulStopTimeout } = config.http;
    assert.ok(seconds(server.stop_grace_period) > lameDuckDelay + gracefulStopTimeout);
  });

  it("has a service of the name that edge and Varnish ask for", () => {
    for (const file of ["deploy/nginx/upstream.conf", "deploy/varnish/backend.vcl"])
      assert.match(read(file), /server tintype:8080;|\.host = "tintype";/, file);
    assert.ok("tintype" in services);
  });

  it("has the server keep connections longer than the edge does", () => {
    const [, kept] = /^ +keepalive_timeout (\d+)s;/m.exec(read("deploy/nginx/upstream.conf")) ?? [];
    assert.ok(config.http.keepAliveTimeout > Number(kept), `${config.http.keepAliveTimeout} > ${kept}`);
  });

  it("believes the edge's word on who asks, by the header that it sends", () => {
    assert.match(read("deploy/nginx/nginx.conf"), /proxy_set_header X-Viewer-IP /);
    assert.equal(config.http.viewerAddressHeader.toLowerCase(), "x-viewer-ip");
  });

  it("runs the version of this repository", () => {
    const { version } = JSON.parse(read("packages/server/package.json")) as { version: string };
    for (const { image } of [server, services.function])
      assert.match(filled(image), new RegExp(`:${version}$`));
  });

  it("asks for health as the image does", () => {
    const [, test = ""] = /HEALTHCHECK.*?CMD (\[[^\]]+\])/s.exec(read("Dockerfile")) ?? [];
    assert.deepEqual(server.healthcheck?.test, ["CMD", ...(JSON.parse(test) as string[])]);
  });

  for (const name of ["tintype", "function", "edge"] as const)
    it(`gives ${name} a root that nobody writes to, and no capability that it has no use for`, () => {
      const { read_only, cap_drop, cap_add = [], security_opt } = services[name];
      assert.deepEqual([read_only, cap_drop, security_opt], [true, ["ALL"], ["no-new-privileges:true"]]);
      assert.deepEqual(cap_add, name === "edge" ? ["CHOWN", "SETGID", "SETUID"] : []);
    });

  it("shows the edge to the world, and of the rest nothing but what a profile is for", () => {
    const shown = Object.entries(services).filter(([, { ports = [] }]) => ports.length > 0);
    assert.deepEqual(
      shown.filter(([, { profiles = [] }]) => profiles.length === 0).map(([name]) => name),
      ["edge"],
    );
    assert.match(edge.ports?.[0] ?? "", /:8080"?$/);
  });

  it("bounds the memory of everything that goes on running", () => {
    const boundless = Object.entries(services).filter(
      ([name, { mem_limit }]) => !mem_limit && name !== "function",
    );
    assert.deepEqual(boundless, []);
  });

  it("tells server and function the same settings", () => {
    const shared = services.function.environment ?? {};
    assert.ok(Object.keys(shared).length > 0);
    for (const [name, value] of Object.entries(shared)) assert.equal(server.environment?.[name], value);
  });

  it("mounts files that are there, and volumes that it names", () => {
    const mounts = Object.values(services).flatMap(({ volumes = [] }) =>
      volumes.map((mount) => filled(mount).split(":")[0] ?? ""),
    );
    const lost = mounts.filter((source) =>
      source.startsWith("./") ? !existsSync(join(ROOT, source)) : !(source in compose.volumes),
    );
    assert.deepEqual(lost, []);
  });

  it("scrapes the port that serves metrics", () => {
    const prometheus = parse(read("deploy/compose/prometheus.yaml")) as {
      scrape_configs: [{ static_configs: [{ targets: string[] }] }];
    };
    const [{ static_configs }] = prometheus.scrape_configs;
    assert.deepEqual(static_configs[0].targets, [`tintype${config.observe.prometheusBind}`]);
  });
});
