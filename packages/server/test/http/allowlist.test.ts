/** Which sources may be asked: the list, and what holds without one (decisions.md; contract config.md, sections 0 and 3). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { base64, plain } from "../fixtures/ask.ts";
import { useFolder } from "../fixtures/folder.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { pages, picture } from "../fixtures/pictures.ts";
import { assertRefused } from "../fixtures/refusal.ts";
import { useServer, type TestServer } from "../fixtures/server.ts";

const origin = useOrigin(() => pages("png"));
const folder = useFolder(async () => ({ "a.png": await picture("png") }));

const UNLISTED = {
  status: 404,
  body: "Invalid source URL",
  code: "source_not_allowed",
  detail: /expected a source on the allow-list/,
};

/** Whether a source gets past the list: names under `.invalid` are never looked up, so listed ones fail as unreachable. */
async function isListed(server: TestServer, url: string): Promise<boolean> {
  const answer = await server.get(`/_/${base64(url)}`);
  const [line = {}] = server.logOf(answer);
  const code = line["code"];
  assert.ok(code === "source_not_allowed" || code === "source_unreachable", String(line["error"]));
  return code === "source_unreachable";
}

describe("sources without a list and without a key", () => {
  const server = useServer({ IMGPROXY_ALLOWED_SOURCES: "", IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder });

  it("are files below the root, and nothing else", async () => {
    assert.equal((await server.get(`/_/${plain("local:///a.png")}`)).status, 200);
    for (const url of [origin.url("/png"), "https://a.invalid/", "a.png", "local:/a", "xlocal:///a.png"]) {
      for (const options of ["", "raw:1/"])
        await assertRefused(server, `/_/${options}${base64(url)}`, UNLISTED);
    }
    assert.equal(origin.seen.length, 0);
  });

  it("are refused with the names of the settings in the log", async () => {
    const answer = await server.get(origin.target("/png"));
    assert.match(String(server.logOf(answer)[0]?.["error"]), /IMGPROXY_ALLOWED_SOURCES.*IMGPROXY_KEY/);
  });
});

describe("sources with a list", { concurrency: 4 }, () => {
  const server = useServer({
    IMGPROXY_ALLOWED_SOURCES:
      "https://one.invalid,http://two.invalid/pictures/, https://*.three.invalid/*/public/ ,https://four.invalid:8443/,s3://bucket/",
  });

  for (const url of [
    "https://one.invalid",
    "https://one.invalid/",
    "https://one.invalid/a.png?b#c",
    "https://ONE.invalid/a.png",
    "HTTPS://one.invalid/a.png",
    "https://one.invalid:443/a.png",
    "http://two.invalid/pictures/a.png",
    "http://two.invalid/pictures/",
    "https://a.three.invalid/x/public/b.png",
    "https://four.invalid:8443/a.png",
    "s3://bucket/key",
  ])
    it(`has ${url} on it`, async () => {
      assert.equal(await isListed(server, url), true);
    });

  for (const url of [
    "http://one.invalid/",
    "https://one.invalid.evil.invalid/",
    "https://one.invalidx/",
    "https://xone.invalid/",
    "https://one.invalid@evil.invalid/",
    "https://one.invalid:x@evil.invalid/",
    "https://one.invalid\\@evil.invalid/",
    "https://one.invalid:8443/",
    "https:one.invalid/",
    "https:/\\one.invalid/",
    " https://one.invalid/",
    "https://one.invalid\t.evil.invalid/",
    "http://two.invalid/picturesx/a.png",
    "http://two.invalid/pictures/../secret.png",
    "http://two.invalid/pictures/%2e%2e/secret.png",
    "http://two.invalid/pictures/..%2fsecret.png",
    "http://two.invalid/PICTURES/a.png",
    "https://three.invalid/x/public/b.png",
    "https://a.three.invalid/x/y/public/b.png",
    "https://a.three.invalid.evil.invalid/x/public/b.png",
    "https://four.invalid/a.png",
    "https://four.invalid:84430/a.png",
    "s3://bucket2/key",
    "s3://BUCKET/key",
    "//one.invalid/",
    "file:///etc/passwd",
  ])
    it(`has not ${JSON.stringify(url)}`, async () => {
      assert.equal(await isListed(server, url), false);
    });
});

describe("sources with a key and without a list", () => {
  const server = useServer({
    IMGPROXY_ALLOWED_SOURCES: "",
    IMGPROXY_KEY: "61".repeat(16),
    IMGPROXY_SALT: "62".repeat(16),
    IMGPROXY_TRUSTED_SIGNATURES: "good",
  });

  it("are all that are signed", async () => {
    assert.equal((await server.get(origin.target("/png").replace("/_/", "/good/"))).status, 200);
    const answer = await server.get(`/good/${base64("https://any.invalid/")}`);
    assert.equal(server.logOf(answer)[0]?.["code"], "source_unreachable");
  });
});

describe("addresses of this machine and others nobody should reach", { concurrency: 4 }, () => {
  const server = useServer({
    IMGPROXY_ALLOWED_SOURCES: "http://",
    IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "",
    TINTYPE_GUARD_SOURCE_PORTS: "80,443,1024",
  });

  for (const host of [
    "127.0.0.1",
    "127.1",
    "127.8.8.8",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "0",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "①②⑦.⓪.⓪.①",
  ])
    it(`${host} is refused`, async () => {
      const answer = await server.get(`/_/${base64(`http://${host}:1024/png`)}`);
      assert.deepEqual([answer.status, answer.text], [404, "Source is unreachable"]);
      assert.equal(server.logOf(answer)[0]?.["code"], "source_address_forbidden");
    });

  for (const port of [22, 25, 1023, 6379, 8080, 0])
    it(`port ${port} is refused`, async () => {
      const answer = await server.get(`/_/${plain(`http://93.184.216.34:${port}/`)}`);
      assert.deepEqual([answer.status, answer.text], [404, "Source is unreachable"]);
      assert.match(String(server.logOf(answer)[0]?.["error"]), /port 80, 443/);
    });
});
