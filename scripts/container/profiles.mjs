/** The profiles of compose.yaml: what each is given by docs/operate/compose.md, and how it is seen to work. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { root } from "../node.mjs";
import { complain, expectEqual } from "./expect.mjs";
import { until } from "./server.mjs";

const PAIR = { accessKeyId: "tintypekey", secretAccessKey: "tintypesecret" };

/** THE TABLE of profiles: the service to wait for, its settings, what it takes before the others start, and what is looked at. */
export const PROFILES = {
  varnish: { service: "varnish", settings: {}, observe: observeVarnish },
  redis: {
    service: "redis",
    settings: { TINTYPE_CACHE_REDIS_URL: "redis://redis:6379" },
    observe: observeRedis,
  },
  s3: {
    service: "s3",
    settings: {
      IMGPROXY_USE_S3: "true",
      IMGPROXY_S3_ENDPOINT: "http://s3:9000",
      AWS_ACCESS_KEY_ID: PAIR.accessKeyId,
      AWS_SECRET_ACCESS_KEY: PAIR.secretAccessKey,
      TINTYPE_CACHE_S3_BUCKET: "results",
      TINTYPE_CACHE_S3_ENDPOINT: "http://s3:9000",
    },
    prepare: makeBuckets,
    observe: observeS3,
  },
  // Of its two services the one that has figures; the other is drawn by an image that nothing here stands in for.
  observability: { service: "prometheus", settings: {}, observe: observePrometheus },
};

async function observeVarnish({ picture }) {
  const url = "http://127.0.0.1:8081";
  const ask = (browser) => picture("/w:170/plain/local:///brushes.jpg", { url, browser });
  const isThere = ({ status }) => status === 200;
  await until("a picture through Varnish", () => ask("chrome").then(isThere, () => false));
  const { status, headers } = await ask("firefox");
  const seen = [status, headers.get("content-type"), headers.get("x-cache")];
  expectEqual("a second browser at Varnish", seen, [200, "image/avif", "HIT"]);
  return "HIT for a second browser";
}

async function observeRedis({ store, picture, containerOf }) {
  const { id } = await containerOf("redis");
  const entries = async () =>
    Number((await store.podman(["exec", id, "redis-cli", "dbsize"])).stdout.replace(/\D/g, ""));
  const before = await entries();
  expectEqual("a picture", (await picture("/w:180/plain/local:///brushes.jpg")).status, 200);
  await until("a picture in Redis", async () => (await entries()) > before);
  return "holds what was made";
}

async function clientOf({ containerOf }) {
  const { address } = await containerOf("s3");
  const endpoint = `http://${address}:9000`;
  return new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: PAIR });
}

async function makeBuckets(around) {
  const client = await clientOf(around);
  const make = (Bucket) =>
    client.send(new CreateBucketCommand({ Bucket })).then(
      () => true,
      () => false,
    );
  await until("an object store", () => make("originals"));
  await make("results");
  const Body = readFileSync(join(root, "samples/brushes.jpg"));
  await client.send(new PutObjectCommand({ Bucket: "originals", Key: "brushes.jpg", Body }));
  client.destroy();
}

async function observeS3(around) {
  const client = await clientOf(around);
  // Only what took a while to make is kept there.
  const { status } = await around.picture("/w:2000/f:avif/plain/s3://originals/brushes.jpg");
  if (status !== 200) complain("status 200", "of an original in the store", status);
  const isPicture = ({ Key }) => !Key.includes("purge");
  const list = () => client.send(new ListObjectsV2Command({ Bucket: "results" }));
  await until("a result in the store", async () => ((await list()).Contents ?? []).some(isPicture));
  client.destroy();
  return "gives originals and keeps results";
}

async function observePrometheus({ containerOf }) {
  const { address } = await containerOf("prometheus");
  const query = `http://${address}:9090/api/v1/query?query=up%7Bjob%3D%22tintype%22%7D`;
  const isUp = async () => {
    const { data } = await (await fetch(query)).json();
    return data?.result?.[0]?.value?.[1] === "1";
  };
  await until("figures in Prometheus", () => isUp().catch(() => false), 60_000);
  return "has the server's figures";
}
