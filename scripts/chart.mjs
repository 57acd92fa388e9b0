/**
 * `npm run test:chart`: renders the chart with Helm for every file of values in its folder `ci`, holds the documents against
 * the schemas of Kubernetes and its neighbours and against what we claim of them, and tries what it must refuse. Writes
 * deploy/chart/rendered, which the tests of `npm test` read where there is no Helm. Ends with 1 where anything is wrong, and
 * with 2 where the tools are missing.
 *
 * Where KUBE_APISERVER and ETCD name these two programs, every case is also installed in a control plane without nodes, upgraded
 * to another image, and then to the next case's values.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import {
  CHART,
  caseNames,
  inputs,
  outputs,
  readCase,
  RENDERED,
  valuesFile,
} from "../packages/server/test/deploy/chart-cases.ts";
import { CLAIMS } from "../packages/server/test/deploy/chart-claims.ts";
import { openCluster } from "./chart/cluster.mjs";
import { mutantsOf } from "./chart/mutants.mjs";
import { REFUSALS } from "./chart/refusals.mjs";
import { customResources, KUBERNETES, LOCATION, schemas } from "./chart/schemas.mjs";
import { tool } from "./chart/tools.mjs";

const COMMAND_MS = 120_000;

const faults = [];

/** Prints one line of the table, and remembers what was wrong. */
function report(step, name, complaints) {
  process.stdout.write(`${complaints.length === 0 ? "ok    " : "FAILED"} ${step.padEnd(12)} ${name}\n`);
  for (const complaint of complaints) process.stdout.write(`         ${complaint}\n`);
  faults.push(...complaints);
}

function run(program, args) {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    timeout: COMMAND_MS,
  });
  if (error) throw error;
  return { ok: status === 0, text: `${stdout}${stderr}`.trim(), stdout, stderr };
}

/** A Helm that was built from source thinks that clusters are of version 1.20. */
const template = (helm, values) =>
  run(helm, [
    "template",
    "images",
    CHART,
    "--namespace",
    "pictures",
    "--kube-version",
    KUBERNETES,
    "--values",
    values,
  ]);

function judge(helm, kubeconform, name) {
  const linted = run(helm, [
    "lint",
    CHART,
    "--strict",
    "--kube-version",
    KUBERNETES,
    "--values",
    valuesFile(name),
  ]);
  report("lint", name, linted.ok ? [] : [linted.text]);
  const rendered = template(helm, valuesFile(name));
  report("template", name, rendered.ok ? [] : [rendered.stderr]);
  if (!rendered.ok) return;
  const path = join(RENDERED, `${name}.yaml`);
  writeFileSync(path, rendered.stdout);
  const valid = run(kubeconform, ["-strict", "-schema-location", join(schemas(), LOCATION), path]);
  report("schema", name, valid.ok ? [] : valid.text.split("\n"));
  const subject = readCase(name);
  report(
    "claims",
    name,
    CLAIMS.flatMap(({ claim, check }) => check(subject).map((complaint) => `${claim}: ${complaint}`)),
  );
}

/** kubeconform's verdict on each document, by its file. */
function validity(kubeconform, folder) {
  const args = [
    "-strict",
    "-output",
    "json",
    "-verbose",
    "-schema-location",
    join(schemas(), LOCATION),
    folder,
  ];
  const { resources } = JSON.parse(run(kubeconform, args).stdout);
  return new Map(resources.map(({ filename, status }) => [basename(filename), status]));
}

/** The first document of each kind, with one field too many in every place in turn. */
function mutate(kubeconform) {
  const documents = caseNames().flatMap((name) => readCase(name).documents);
  const kinds = new Map(documents.toReversed().map((document) => [document.kind, document]));
  const folder = mkdtempSync(join(tmpdir(), "tintype-chart-"));
  try {
    for (const [kind, document] of kinds) {
      const mutants = mutantsOf(document);
      const place = join(folder, kind);
      mkdirSync(place);
      mutants.forEach((mutant, index) =>
        writeFileSync(join(place, `${index}.json`), JSON.stringify(mutant.document)),
      );
      const found = validity(kubeconform, place);
      const passed = mutants.filter((_, index) => found.get(`${index}.json`) !== "statusInvalid");
      report(
        "mutants",
        `${mutants.length} of ${kind}`,
        passed.map(({ where }) => `${where}: an unknown field passes`),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function refuse(helm, folder, [name, values, sentence]) {
  const path = join(folder, "values.json");
  writeFileSync(path, JSON.stringify(values));
  const { ok, stderr } = template(helm, path);
  const got = ok ? "documents" : stderr.trim();
  report("refusal", name, !ok && stderr.includes(sentence) ? [] : [`expected "${sentence}", got ${got}`]);
}

/** Installs each case, then changes what an upgrade and a new idea of an operator would change. */
async function install(helm) {
  const { KUBE_APISERVER: apiServer, ETCD: etcd } = process.env;
  if (!apiServer || !etcd) return;
  const { kubeconfig, close } = await openCluster({ apiServer, etcd, crds: customResources() });
  try {
    const names = caseNames();
    names.forEach((name, index) => {
      const place = ["images", CHART, "--kubeconfig", kubeconfig, "--namespace", name];
      const next = names[(index + 1) % names.length];
      const steps = [
        ["install", [...place, "--create-namespace", "--values", valuesFile(name)]],
        ["upgrade", [...place, "--values", valuesFile(name), "--set", "image.tag=next,image.digest="]],
        ["change", [...place, "--reset-values", "--values", valuesFile(next)]],
      ];
      for (const [step, words] of steps) {
        const { ok, stderr } = run(helm, [step === "install" ? "install" : "upgrade", ...words]);
        report(step, step === "change" ? `${name} to ${next}` : name, ok ? [] : [stderr.trim()]);
      }
    });
  } finally {
    await close();
  }
}

async function main() {
  const [helm, kubeconform] = [tool("helm"), tool("kubeconform")];
  schemas();
  rmSync(RENDERED, { recursive: true, force: true });
  mkdirSync(RENDERED, { recursive: true });
  for (const name of caseNames()) judge(helm, kubeconform, name);
  mutate(kubeconform);
  const folder = mkdtempSync(join(tmpdir(), "tintype-chart-"));
  try {
    for (const refusal of REFUSALS) refuse(helm, folder, refusal);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await install(helm);
  writeFileSync(join(RENDERED, "inputs.sha256"), inputs());
  writeFileSync(join(RENDERED, "outputs.sha256"), outputs());
  process.stdout.write(
    `\n${caseNames().length} cases, ${CLAIMS.length} claims, ${REFUSALS.length} refusals: ${faults.length} faults\n`,
  );
  return faults.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
