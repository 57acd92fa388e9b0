import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { environment, loadProcess } from "./process.ts";

const dir = mkdtempSync(join(tmpdir(), "tintype-process-"));
after(() => rmSync(dir, { recursive: true }));

describe("the file of variables", () => {
  it("goes before the environment, for settings and for what libraries of clouds look for", () => {
    const file = join(dir, "env");
    writeFileSync(file, "IMGPROXY_TTL=7\nIMGPROXY_SECRET=hidden\nAWS_ACCESS_KEY_ID=of-the-file\n");
    const env = environment();
    env["AWS_ACCESS_KEY_ID"] = "of-the-environment";
    const { config, others } = loadProcess(new Map([["env-local-file-path", file]]));
    assert.deepEqual([config.http.ttl, config.guard.secret], [7, "hidden"]);
    assert.deepEqual(others, { AWS_ACCESS_KEY_ID: "of-the-file" });
    assert.equal(env["AWS_ACCESS_KEY_ID"], "of-the-file");
    assert.equal(env["IMGPROXY_SECRET"], undefined);
  });
});
