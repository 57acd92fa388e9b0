import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { conforms } from "../../test/conformance/source.ts";
import { read, refusal, serve, wish } from "../../test/fixtures/fetching.ts";
import { OpenStack, USER } from "../../test/fixtures/openstack.ts";
import { swiftSource, type SwiftSettings } from "./swift.ts";

const env = (front: string, apiKey: string = USER.password) => ({
  IMGPROXY_USE_SWIFT: "true",
  IMGPROXY_SWIFT_USERNAME: USER.username,
  IMGPROXY_SWIFT_API_KEY: apiKey,
  IMGPROXY_SWIFT_AUTH_URL: `${front}/v3/`,
  IMGPROXY_SWIFT_TENANT: USER.project,
  IMGPROXY_SWIFT_DOMAIN: USER.domain,
});

const shared = new OpenStack();

conforms("OpenStack Swift", {
  scheme: "swift",
  start: () => shared.start(),
  env: (url, front) => {
    shared.front = url;
    return env(front);
  },
  stranger: { env: (_url, front) => env(front, "another word"), code: "source_unreachable" },
  failing: "source_failed",
  unnamed: ["..", "pict%75res", "me@pictures", "pictures:80", "a".repeat(257)],
});

describe("swiftSource", () => {
  const stack = new OpenStack();
  before(async () => {
    await stack.start();
    await stack.put("Pictures", "a.txt", Buffer.from("the object"), { type: "text/plain" });
  });
  after(() => stack.close());

  const source = (settings: Partial<SwiftSettings> = {}) => {
    const made = swiftSource({
      username: USER.username,
      apiKey: USER.password,
      authUrl: `${stack.url}/auth/v1.0`,
      authVersion: 0,
      tenant: USER.project,
      domain: USER.domain,
      timeoutSeconds: 2,
      querySeparator: "?",
      allowedBuckets: [],
      deniedBuckets: [],
      downloadTimeoutSeconds: 5,
      connectTimeoutSeconds: 2,
      keepAliveSeconds: 5,
      userAgent: "tintype/test",
      ignoreTls: false,
      ...settings,
    });
    after(() => made.close());
    return made;
  };
  const get = async (from: ReturnType<typeof source>): Promise<string> =>
    read(await from.fetch("swift://Pictures/a.txt?ignored", wish()));

  for (const [path, authVersion, version] of [
    ["/auth/v1.0", 0, "v1"],
    ["/auth/v1.0", 1, "v1"],
    ["/v2.0", 0, "v2"],
    ["/v2.0/", 2, "v2"],
    ["/v3", 0, "v3"],
    ["/v3/", 3, "v3"],
  ] as const)
    it(`signs in at ${path} with version ${authVersion} as ${version}`, async () => {
      const before = { ...stack.entries };
      assert.equal(await get(source({ authUrl: stack.url + path, authVersion })), "the object");
      assert.deepEqual(stack.entries, { ...before, [version]: before[version] + 1 });
    });

  it("signs in to the default domain where none is named, and to no project where none is", async () => {
    const stranger = source({ authUrl: `${stack.url}/v3`, domain: "", tenant: "" });
    assert.equal(await refusal(get(stranger)), "source_unreachable");
    const user = { name: USER.username, password: USER.password, domain: { id: "default" } };
    assert.deepEqual(stack.question, { auth: { identity: { methods: ["password"], password: { user } } } });
  });

  it("signs in once for all who wait, and anew when the token has ended", async () => {
    const from = source();
    const { v1 } = stack.entries;
    await Promise.all([get(from), get(from), get(from)]);
    assert.equal(stack.entries.v1, v1 + 1);
    stack.forget();
    assert.deepEqual(await Promise.all([get(from), get(from)]), ["the object", "the object"]);
    assert.equal(stack.entries.v1, v1 + 2);
  });

  it("tries to sign in again after that has failed", async () => {
    let isDown = true;
    const door = await serve((incoming, response) => {
      if (isDown) response.writeHead(503).end("the inside");
      else response.writeHead(307, { location: stack.url + (incoming.url ?? "") }).end();
    });
    const from = source({ authUrl: `${door.url}/auth/v1.0` });
    assert.equal(await refusal(get(from)), "source_unreachable");
    isDown = false;
    assert.equal(await refusal(get(from)), "source_unreachable", "a redirect is not followed");
    assert.equal(door.asks.length, 2);
  });

  for (const [what, body] of [
    ["no JSON", "<html>"],
    ["no catalog", "{}"],
    ["null", "null"],
    ["no store", JSON.stringify({ token: { catalog: [{ type: "compute", endpoints: [] }] } })],
    [
      "no URL",
      JSON.stringify({
        token: { catalog: [{ type: "object-store", endpoints: [{ interface: "public", url: "no" }] }] },
      }),
    ],
  ] as const)
    it(`cannot be reached where signing in yields ${what}`, async () => {
      const door = await serve((_incoming, response) => {
        response.writeHead(201, { "x-subject-token": "token" }).end(body);
      });
      assert.equal(await refusal(get(source({ authUrl: `${door.url}/v3` }))), "source_unreachable");
    });

  it("cannot be reached where the URL does not say how to sign in", async () => {
    const work = get(source({ authUrl: `${stack.url}/auth` }));
    await assert.rejects(work, /expected v1, v2 or v3 in the URL/);
  });

  it("waits no longer for a token than it may", async () => {
    const door = await serve(() => undefined);
    const from = source({ authUrl: `${door.url}/v3`, timeoutSeconds: 1 });
    assert.equal(await refusal(get(from)), "source_timeout");
  });

  it("asks a second time for nobody whom it still refuses", async () => {
    const door = await serve((incoming, response) => {
      const isEntry = incoming.url === "/auth/v1.0";
      const headers = {
        "x-auth-token": "token",
        "x-storage-url": `http://${incoming.headers.host ?? ""}/v1/me`,
      };
      response.writeHead(isEntry ? 200 : 401, headers).end();
    });
    assert.equal(await refusal(get(source({ authUrl: `${door.url}/auth/v1.0` }))), "source_unreachable");
    const entry = "/auth/v1.0";
    const object = "/v1/me/Pictures/a.txt";
    assert.deepEqual(
      door.asks.map(({ url }) => url),
      [entry, object, entry, object],
    );
  });
});
