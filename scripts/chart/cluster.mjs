/**
 * A control plane of Kubernetes without nodes: etcd and the API server, which judge, fill in and refuse as those of any cluster
 * do. Nothing is run in it.
 */
import { spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../free-port.mjs";
import { ended } from "../node.mjs";

const STARTS_WITHIN_MS = 120_000;

/** Starts one from the two programs; `crds` are texts of YAML. Rejects with a sentence where it does not come up. */
export async function openCluster({ apiServer, etcd, crds }) {
  const folder = mkdtempSync(join(tmpdir(), "tintype-cluster-"));
  const [store, peer, port] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(16).toString("hex");
  const file = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const children = [];
  const start = (program, args) => {
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    child.said = "";
    child.stderr.on("data", (chunk) => (child.said = `${child.said}${chunk}`.slice(-4000)));
    children.push({ child, end: ended(child) });
    return child;
  };
  const close = async () => {
    for (const { child, end } of children.toReversed()) {
      child.kill("SIGTERM");
      await Promise.race([end, sleep(10_000)]);
      child.kill("SIGKILL");
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const storeUrl = `http://127.0.0.1:${store}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  start(etcd, [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${storeUrl}`,
    `--advertise-client-urls=${storeUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    "--unsafe-no-fsync",
  ]);
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const key = file("accounts.pem", privateKey);
  const server = start(apiServer, [
    `--etcd-servers=${storeUrl}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    "--service-cluster-ip-range=10.96.0.0/16",
    "--service-account-issuer=https://tintype.example",
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    `--token-auth-file=${file("tokens.csv", `${token},admin,admin,system:masters\n`)}`,
    "--authorization-mode=RBAC",
  ]);
  const ask = (path, body) => call(port, token, { path, body });
  try {
    await comeUp(server, () => ask("/readyz"));
    for (const crd of crds) {
      const { status, text } = await ask("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd);
      if (status !== 201) throw new Error(`expected a CRD to be taken, got ${status}: ${text.slice(0, 500)}`);
    }
    return { kubeconfig: file("kubeconfig", kubeconfig(port, token)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function comeUp(server, readiness) {
  const end = performance.now() + STARTS_WITHIN_MS;
  for (;;) {
    const { status } = await readiness().catch(() => ({ status: 0 }));
    if (status === 200) return;
    if (performance.now() > end || server.exitCode !== null)
      throw new Error(`expected the API server to become ready, got:\n${server.said}`);
    await sleep(500);
  }
}

/** Its certificate was made by itself a moment ago, for this machine alone. */
function call(port, token, { path, body }) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/yaml" };
  const options = { port, path, headers, method: body ? "POST" : "GET", rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", ...options }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const kubeconfig = (port, token) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "own",
    clusters: [
      { name: "own", cluster: { server: `https://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } },
    ],
    users: [{ name: "own", user: { token } }],
    contexts: [{ name: "own", context: { cluster: "own", user: "own" } }],
  });
