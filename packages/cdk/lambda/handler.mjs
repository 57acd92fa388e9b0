/**
 * Tintype in AWS Lambda, behind a function URL that streams. The server is the one that runs everywhere else, in this process, at an
 * address that only this process reaches; a request of Lambda's is asked of it, and its answer passed on as it comes.
 *
 * Lies in the function's folder beside `node_modules`. KEYS_SECRET_ARN names the secret whose fields `key` and `salt` sign URLs:
 * variables of a function can be read by everybody who may look at it, so they do not lie there.
 */
import { once } from "node:events";
import { Agent, request } from "node:http";
import { pipeline } from "node:stream/promises";
import { loadConfig, serve } from "tintype";

/** Headers of one connection, which mean nothing on the next one. */
const OF_THE_CONNECTION = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "te",
  "trailer",
]);

async function secrets(arn) {
  if (!arn) return {};
  const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  const { SecretString } = await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: arn }),
  );
  const { key, salt } = JSON.parse(SecretString);
  return { IMGPROXY_KEY: key, IMGPROXY_SALT: salt };
}

/** Starts the server and answers with where it is. */
async function start() {
  const { KEYS_SECRET_ARN, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: mebibytes = "0", ...env } = process.env;
  const loaded = loadConfig({
    env: { ...env, ...(await secrets(KEYS_SECRET_ARN)), AWS_LAMBDA_FUNCTION_MEMORY_SIZE: mebibytes },
    flags: new Map([["http-bind", "127.0.0.1:0"]]),
    memoryBytes: Number(mebibytes) * 1024 ** 2,
    cacheFolder: "/tmp/tintype",
  });
  let url;
  const between = (handle) => handle;
  await serve(loaded, { between, pages: {}, onListening: (at) => (url = at), onLeaving: () => undefined });
  return new URL(url);
}

const agent = new Agent({ keepAlive: true });
const server = start();
// It is heard of where the first request waits for it.
server.catch(() => undefined);

/** Answers one event of payload 2.0. */
async function answer(event, stream) {
  const { hostname, port } = await server;
  const { rawPath, rawQueryString = "", headers = {}, body, isBase64Encoded, requestContext } = event;
  const asked = request({
    hostname,
    port,
    agent,
    method: requestContext.http.method,
    path: rawQueryString === "" ? rawPath : `${rawPath}?${rawQueryString}`,
    headers: connectionless({ ...headers, "x-forwarded-for": requestContext.http.sourceIp }),
  });
  stream.once("close", () => asked.destroy());
  asked.end(body === undefined ? undefined : Buffer.from(body, isBase64Encoded ? "base64" : "utf8"));
  const [response] = await once(asked, "response");
  const { "set-cookie": cookies = [], ...rest } = connectionless(response.headers);
  const out = globalThis.awslambda.HttpResponseStream.from(stream, {
    statusCode: response.statusCode,
    headers: rest,
    cookies,
  });
  // Lambda sends the head with the first bytes: an answer without a body needs some that are none.
  if (response.headers["content-length"] === "0" || requestContext.http.method === "HEAD") out.write("");
  await pipeline(response, out);
}

const connectionless = (headers) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name.toLowerCase())));

export const handler = globalThis.awslambda.streamifyResponse(answer);
