/** deploy/haproxy and deploy/nginx as they ship, in front of the same two servers: these are restarted, and nobody notices. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { ask } from "../fixtures/ask.ts";
import { startHAProxy } from "../fixtures/haproxy.ts";
import { startNginx } from "../fixtures/nginx.ts";
import { shipped } from "../fixtures/program.ts";
import { rollUnder, startPair } from "../fixtures/rolling.ts";
import { printEdgeModule } from "../fixtures/twin.ts";
import { until } from "../fixtures/until.ts";
import { unless } from "../needs.ts";

const { http } = loadConfig({ env: {}, cpus: 1 }).config;

describe("the numbers of haproxy.cfg", () => {
  const config = shipped("haproxy/haproxy.cfg");
  const number = (pattern: RegExp): number => Number(pattern.exec(config)?.[1] ?? NaN);

  it("let it notice a server that is about to leave before the door closes", () => {
    const seconds = (number(/ inter (\d+)ms/) * number(/ fall (\d+)/)) / 1000;
    assert.ok(seconds > 0 && seconds < http.lameDuckDelay, `${seconds} s, ${http.lameDuckDelay} s`);
  });

  it("let it leave connections before the server does", () => {
    assert.ok(number(/pool-purge-delay (\d+)s/) < http.keepAliveTimeout);
  });
});

describe("the numbers of upstream.conf", () => {
  it("let nginx leave connections before the server does", () => {
    const seconds = Number(/^ *keepalive_timeout (\d+)s;/m.exec(shipped("nginx/upstream.conf"))?.[1]);
    assert.ok(seconds < http.keepAliveTimeout, `${seconds} s`);
  });
});

const skip = unless("haproxy") || unless("nginx") || unless("nginx-js");

describe("two servers behind a balancer", { skip }, async () => {
  const pair = await startPair();
  const balancer = await startHAProxy(pair.ports);
  const nginx = await startNginx({ upstreams: pair.ports, edge: await printEdgeModule([], {}) });
  const get = (target: string, headers: Record<string, string> = {}) =>
    ask(balancer.port, target, { headers });

  it("are both asked for paths as they are written, and their health checks are hidden (HAProxy)", async () => {
    await until(async () => (await get("/1/w:9/plain/local:///photo.jpg")).status === 200);
    const long = `/1/${"w:20/".repeat(1200)}plain/local:///photo.jpg`;
    assert.equal((await get(long)).status, 200);
    for (let i = 0; i < 10; i++) await get(`/${i}//w:9/plain/local:///photo%2Fx.jpg`);
    for (const server of pair.servers)
      await until(() =>
        server.lines.some((line) => /\/\d\/\/w:9\/plain\/local:\/\/\/photo%2Fx\.jpg/.test(line)),
      );
    assert.deepEqual([(await get("/health")).status, (await get("/ready")).status], [404, 404]);
    assert.equal((await get("/edge-health")).status, 200);
  });

  it("let no request fail while they are restarted one after the other", async () => {
    for (const { good, bad } of await rollUnder([balancer.port, nginx.port], pair)) {
      assert.deepEqual(bad, []);
      assert.ok(good > 200, `${good}`);
    }
    for (const { lines } of pair.servers)
      assert.ok(lines.filter((line) => line.includes('"status":200')).length > 20, "both have work");
  });
});
