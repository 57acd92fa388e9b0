import assert from "node:assert/strict";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { placesOf } from "./places.ts";

const onLinux = process.platform === "linux" ? false : "libraries are found as Linux names them";

describe("places", { skip: onLinux }, () => {
  it("are the package, the modules around it, and where their links lead", async (t) => {
    const root = await realpath(await mkdtemp(join(tmpdir(), "places-")));
    t.after(() => rm(root, { recursive: true }));
    const folders = [
      "app/packages/server/src",
      "app/packages/url",
      "app/node_modules",
      "elsewhere",
      "secrets",
    ];
    for (const folder of folders) await mkdir(join(root, folder), { recursive: true });
    await symlink(join(root, "app/packages/url"), join(root, "app/node_modules/url"));
    await symlink(join(root, "elsewhere"), join(root, "app/node_modules/unrelated"));
    const manifest = { dependencies: { url: "1.0.0", missing: "1.0.0" } };
    await writeFile(join(root, "app/packages/server/package.json"), JSON.stringify(manifest));
    await writeFile(join(root, "app/package.json"), "{}");

    const entry = pathToFileURL(join(root, "app/packages/server/src/renderer.js"));
    const { folders: found } = placesOf({ entry });
    const own = found.filter((folder) => folder.startsWith(root)).map((folder) => folder.slice(root.length));
    assert.deepEqual(own.sort(), ["/app/node_modules", "/app/packages/server", "/app/packages/url"]);
  });

  it("are the folder of a file that belongs to no package", async (t) => {
    const root = await realpath(await mkdtemp(join(tmpdir(), "places-")));
    t.after(() => rm(root, { recursive: true }));
    const { folders } = placesOf({ entry: pathToFileURL(join(root, "renderer.js")) });
    assert.deepEqual(
      folders.filter((folder) => folder.startsWith(tmpdir())),
      [root],
    );
  });

  it("hold Node, its loader and libraries, and a library to preload, none twice", () => {
    const { programs, folders, files } = placesOf({ entry: new URL(import.meta.url), preload: "/etc/hosts" });
    assert.ok(programs.includes(process.execPath));
    assert.ok(
      programs.some((path) => /\/ld[-.][^/]*$/.test(path)),
      programs.join(" "),
    );
    assert.ok(folders.some((folder) => /\/lib/.test(folder)));
    assert.ok(files.includes("/etc/hosts"));
    const nested = folders.filter((folder) => folders.some((other) => folder.startsWith(`${other}/`)));
    assert.deepEqual(nested, []);
    for (const open of ["/", "/etc", "/home", "/tmp", "/proc", "/usr/bin"])
      assert.ok(!folders.includes(open));
  });
});
