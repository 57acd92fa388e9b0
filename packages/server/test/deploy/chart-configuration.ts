/** Claims about settings and secrets: the server takes them, and nothing secret lies in clear. */
import { tmpdir } from "node:os";
import { workersFor, memoryFor } from "../../src/config/derive.ts";
import { loadConfig, ConfigError } from "../../src/config/load.ts";
import { ROWS, type Row } from "../../src/config/names.ts";
import type { Claim } from "./chart-claims.ts";
import { all, one, type Document } from "./chart-documents.ts";
import { bytesOf, say } from "./chart-words.ts";

const namesOf = ({ variable, imgproxy }: Row): readonly string[] =>
  imgproxy === undefined ? [variable] : [variable, imgproxy];

/** Names of every setting, and of those that are secret. */
export const SETTING_NAMES: ReadonlySet<string> = new Set(ROWS.flatMap(namesOf));
export const SECRET_NAMES: ReadonlySet<string> = new Set(
  ROWS.filter(({ secret }) => secret).flatMap(namesOf),
);

/** Texts that the server takes for secrets that the chart only knows the names of. */
const HEX = "0123456789abcdef".repeat(4);
const STAND_INS: Readonly<Record<string, string>> = { TINTYPE_CAPABILITY_KEYS: `1:${HEX}` };

const containerIn = (documents: readonly Document[]) =>
  one(documents, "Deployment").spec.template.spec.containers[0];

/** What the server finds in its environment, folders that are mounted standing for one that this machine has. */
export function environmentOf(documents: readonly Document[]): Readonly<Record<string, string>> {
  const { env = [], volumeMounts } = containerIn(documents);
  const folders = new Set(volumeMounts.map(({ mountPath }) => mountPath));
  const settings = Object.entries(one(documents, "ConfigMap").data).map(([name, text]) => [
    name,
    folders.has(text) ? tmpdir() : text,
  ]);
  const others = env.map(({ name, value }) => [name, value ?? STAND_INS[name] ?? HEX]);
  return Object.fromEntries([...settings, ...others]) as Record<string, string>;
}

function load(documents: readonly Document[]) {
  try {
    return { ...loadConfig({ env: environmentOf(documents) }), complaints: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { complaints: error.complaints };
    throw error;
  }
}

export const CONFIGURATION: readonly Claim[] = [
  {
    claim: "the server starts with these settings, and has nothing to say about them",
    check: ({ documents }) => {
      const loaded = load(documents);
      return "config" in loaded ? loaded.warnings : loaded.complaints;
    },
  },
  {
    claim: "every variable of ours is a setting",
    check: ({ documents }) => {
      const names = [
        ...Object.keys(one(documents, "ConfigMap").data),
        ...(containerIn(documents).env ?? []).map(({ name }) => name),
      ];
      return names.filter((name) => /^(TINTYPE|IMGPROXY)_/.test(name) && !SETTING_NAMES.has(name));
    },
  },
  {
    claim:
      "the server listens where the ports of its container say, and outlives idle connections of balancers",
    check: ({ documents }) => {
      const loaded = load(documents);
      if (!("config" in loaded)) return [];
      const { http, observe, operator } = loaded.config;
      const bindOf = { http: http.bind, metrics: observe.prometheusBind, operator: operator.bind };
      const ports = new Map(
        containerIn(documents).ports.map(({ name, containerPort }) => [name, `:${containerPort}`]),
      );
      return say([
        ...Object.entries(bindOf).map(
          ([name, bind]) => [bind === (ports.get(name) ?? ""), `${name} is bound to "${bind}"`] as const,
        ),
        [http.keepAliveTimeout > 60, `connections are kept for ${http.keepAliveTimeout} seconds`],
      ]);
    },
  },
  {
    claim: "renderers are as many as whole CPUs that are asked for, and memory is enough for them",
    check: ({ documents }) => {
      const { requests } = containerIn(documents).resources;
      const workers = Number(one(documents, "ConfigMap").data.TINTYPE_RENDER_WORKERS);
      const cpus = Number.parseInt(requests.cpu ?? "", 10) / 1000;
      const memory = bytesOf(requests.memory ?? "");
      const floor = memoryFor(workers, 1);
      return say([
        [workers === workersFor(cpus), `${workers} renderers for ${cpus} CPUs`],
        [memoryFor(workers, memory) > floor, `${workers} renderers in ${memory} bytes`],
      ]);
    },
  },
  {
    claim: "nothing secret lies in a ConfigMap or in a pod's own text",
    check: ({ documents }) => [
      ...all(documents, "ConfigMap").flatMap(({ data }) =>
        Object.keys(data).filter((name) => SECRET_NAMES.has(name)),
      ),
      ...(containerIn(documents).env ?? [])
        .filter(({ name, value }) => SECRET_NAMES.has(name) && value !== undefined)
        .map(({ name }) => `${name} is in the pod`),
    ],
  },
  {
    claim: "what a Secret holds is written nowhere else, in no comment either",
    check: ({ documents, text }) =>
      all(documents, "Secret").flatMap(({ data }) =>
        Object.entries(data).flatMap(([name, encoded]) => {
          const clear = Buffer.from(encoded, "base64").toString();
          return say([
            [!text.includes(clear), `${name} in clear`],
            [text.split(encoded).length === 2, `${name} more than once`],
          ]);
        }),
      ),
  },
  {
    claim: "every secret variable is read from a Secret that has it",
    check: ({ documents }) => {
      const made = new Map<string, readonly string[]>([
        ...all(documents, "Secret").map(({ metadata, data }) => [metadata.name, Object.keys(data)] as const),
        ...all(documents, "ExternalSecret").map(
          ({ spec }) => [spec.target.name, spec.data.map(({ secretKey }) => secretKey)] as const,
        ),
      ]);
      const read = (containerIn(documents).env ?? []).flatMap(
        ({ valueFrom }) => valueFrom?.secretKeyRef ?? [],
      );
      const keys = new Set(read.map(({ key }) => key));
      return [
        ...read
          .filter(({ name, key }) => made.has(name) && made.get(name)?.includes(key) === false)
          .map(({ name, key }) => `${name} has no ${key}`),
        ...[...made].flatMap(([name, held]) =>
          held.filter((key) => !keys.has(key)).map((key) => `nobody reads ${key} of ${name}`),
        ),
      ];
    },
  },
  {
    claim: "a change of settings, or of a Secret of the chart, starts new pods",
    check: ({ documents }) => {
      const { annotations } = one(documents, "Deployment").spec.template.metadata;
      const sum = /^[0-9a-f]{64}$/;
      const owns = all(documents, "Secret").length > 0;
      return say([
        [sum.test(annotations["checksum/settings"] ?? ""), "no sum of settings"],
        [sum.test(annotations["checksum/secrets"] ?? "") === owns, "no sum of the Secret, or one of none"],
        [
          containerIn(documents).envFrom[0]?.configMapRef.name === one(documents, "ConfigMap").metadata.name,
          "settings are read from elsewhere",
        ],
      ]);
    },
  },
];
