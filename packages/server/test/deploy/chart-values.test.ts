/** What the chart says about the server is what the server says, and its schema takes and refuses what it should. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { memoryFor, cacheFor } from "../../src/config/derive.ts";
import { ROWS } from "../../src/config/names.ts";
import { SETTINGS } from "../../src/config/settings.ts";
import { version } from "../../src/config/version.ts";
import { caseNames, CHART, valuesFile } from "./chart-cases.ts";
import { SECRET_NAMES, SETTING_NAMES } from "./chart-configuration.ts";

const read = (path: string): string => readFileSync(join(CHART, path), "utf8");
const settingsTemplate = read("templates/_settings.tpl");
const checksTemplate = read("templates/_checks.tpl");

/** Lines of a template that is a list or a map in itself. */
const linesOf = (name: string): readonly string[] => {
  const start = settingsTemplate.indexOf(`define "${name}"`);
  return settingsTemplate
    .slice(settingsTemplate.indexOf("\n", start) + 1, settingsTemplate.indexOf("{{- end", start))
    .trim()
    .split("\n");
};

const isOurs = (name: string): boolean => /^(TINTYPE|IMGPROXY)_/.test(name);

describe("the chart's tables", () => {
  it("name the secrets that the server's table names", () => {
    const names = linesOf("tintype.secretNames").map((line) => line.slice("- ".length));
    assert.deepEqual(names.filter(isOurs).toSorted(), [...SECRET_NAMES].toSorted());
  });

  const own = new Map(linesOf("tintype.ownNames").map((line) => line.split(": ") as [string, string]));

  it("keep for themselves every name of a setting that they set", () => {
    const set = [...settingsTemplate.matchAll(/^ +"(TINTYPE_\w+)"|set \$own "(TINTYPE_\w+)"/gm)]
      .map(([, one, other]) => one ?? other ?? "")
      .filter((name) => name !== "TINTYPE_HTTP_KEEP_ALIVE_TIMEOUT");
    assert.ok(set.length > 8);
    assert.deepEqual(
      set.filter((name) => !own.has(name)),
      [],
    );
    for (const name of own.keys()) assert.ok(SETTING_NAMES.has(name), name);
    const halves = ROWS.filter(
      ({ variable, imgproxy }) => own.has(variable) !== own.has(imgproxy ?? variable),
    );
    assert.deepEqual(
      halves.map(({ variable }) => variable),
      [],
    );
  });

  it("have every setting that the chart reads said where it can be read", () => {
    const names = new Set(linesOf("tintype.readNames").map((line) => line.slice("- ".length)));
    const [, sources = ""] = /\$sources := list ([^-]*) -/.exec(checksTemplate) ?? [];
    const asked = ["_checks.tpl", "_settings.tpl", "_metrics.tpl", "network-policy.yaml"]
      .flatMap((file) => [
        ...read(`templates/${file}`).matchAll(/(?:"tintype\.setting" \(list|hasKey) [$.\w]+ ("[^)\n}]*)/g),
      ])
      .flatMap(([, list = ""]) => [...list.matchAll(/"((?:TINTYPE|IMGPROXY)_\w+)"/g)])
      .map(([, name = ""]) => name);
    assert.ok(asked.length > 8 && sources.includes("TINTYPE_GUARD_ALLOWED_SOURCES"));
    assert.deepEqual(
      asked.filter((name) => !names.has(name)),
      [],
    );
    const halves = ROWS.filter(
      ({ variable, imgproxy = variable }) => names.has(variable) !== names.has(imgproxy),
    );
    assert.deepEqual(
      halves.map(({ variable }) => variable),
      [],
    );
  });

  it("name values that there are", () => {
    const values = parse(read("values.yaml")) as Record<string, Record<string, unknown>>;
    for (const path of [...own.values()].map((text) => text.replaceAll('"', "")).filter(Boolean)) {
      const [group = "", key] = path.split(".");
      assert.ok(key === undefined ? group in values : key in (values[group] ?? {}), path);
    }
  });

  it("name settings that there are, whatever they do with them", () => {
    const names = new Set(
      ["_checks.tpl", "_settings.tpl", "_metrics.tpl", "network-policy.yaml", "NOTES.txt"]
        .flatMap((file) => [...read(`templates/${file}`).matchAll(/\b(?:TINTYPE|IMGPROXY)_[A-Z0-9_]+/g)])
        .map(([name]) => name),
    );
    assert.ok(names.size > 30);
    assert.deepEqual(
      [...names].filter((name) => !SETTING_NAMES.has(name)),
      [],
    );
  });

  it("have the server's defaults", () => {
    const [, ports] =
      /"TINTYPE_GUARD_SOURCE_PORTS" "([\d,]+)"/.exec(read("templates/network-policy.yaml")) ?? [];
    assert.equal(ports, SETTINGS.guard.sourcePorts.fallback.join());
    const [, timeout] = /"IMGPROXY_TIMEOUT" "(\d+)"/.exec(checksTemplate) ?? [];
    assert.equal(Number(timeout), SETTINGS.http.timeout.fallback);
  });

  it("reckon memory as the server does", () => {
    const MIB = 1024 ** 2;
    const [, ...numbers] =
      /add (\d+) (\d+) \(mul (\d+) \(add1 \$workers\)\) (\d+)/.exec(checksTemplate)?.map(Number) ?? [];
    const many = 1024 * MIB;
    const renderer = memoryFor(1, many, 0) - memoryFor(2, many, 0);
    const front = many - memoryFor(1, many, 0) - 2 * renderer;
    const least = memoryFor(1, 1);
    assert.deepEqual(
      numbers.map((number) => number * MIB),
      [front, cacheFor(1), renderer, least],
    );
  });
});

describe("the chart's versions", () => {
  const chart = parse(read("Chart.yaml")) as Readonly<Record<string, string>>;

  it("are the server's", () =>
    assert.deepEqual(
      { version: chart.version, appVersion: chart.appVersion },
      { version: version(), appVersion: version() },
    ));
});

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(read("values.schema.json")) as object,
);

describe("values.schema.json", () => {
  const defaults = parse(read("values.yaml")) as Readonly<Record<string, unknown>>;

  it("takes the chart's own values, and knows each of them", () => {
    assert.ok(validate(defaults), JSON.stringify(validate.errors));
    const { properties } = JSON.parse(read("values.schema.json")) as { readonly properties: object };
    const known = Object.keys(properties).filter((name) => name !== "global");
    assert.deepEqual(known, Object.keys(defaults));
  });

  for (const name of caseNames())
    it(`takes ${name}`, () =>
      assert.ok(validate(parse(readFileSync(valuesFile(name), "utf8"))), JSON.stringify(validate.errors)));

  const bad: readonly (readonly [what: string, values: object, at: string])[] = [
    ["a name that is none", { replicaCount: 3 }, ""],
    ["a name that is none, further in", { cache: { size: "1Gi" } }, "/cache"],
    [
      "a probe without a pause",
      { probes: { readiness: { periodSeconds: 0 } } },
      "/probes/readiness/periodSeconds",
    ],
    ["a setting of somebody else", { settings: { PORT: 80 } }, "/settings"],
    ["a setting with parts", { settings: { TINTYPE_HTTP_TTL: [1] } }, "/settings/TINTYPE_HTTP_TTL"],
    ["an empty secret", { secrets: { values: { IMGPROXY_KEY: "" } } }, "/secrets/values/IMGPROXY_KEY"],
    ["a number as a secret", { secrets: { values: { IMGPROXY_KEY: 12 } } }, "/secrets/values/IMGPROXY_KEY"],
    ["a key twice", { secrets: { existing: { keys: ["A", "A"] } } }, "/secrets/existing/keys"],
    [
      "a store of another kind",
      { secrets: { external: { store: { kind: "Vault" } } } },
      "/secrets/external/store/kind",
    ],
    ["a secret from nowhere", { secrets: { external: { data: { A: {} } } } }, "/secrets/external/data/A"],
    ["a port that takes privileges", { metrics: { port: 80 } }, "/metrics/port"],
    ["half a pod", { replicas: 1.5 }, "/replicas"],
    ["a budget of nothing", { disruptionBudget: { maxUnavailable: 0 } }, "/disruptionBudget/maxUnavailable"],
    ["no renderer", { workers: 0 }, "/workers"],
    ["a wait of less than nothing", { drain: { preStopSeconds: -1 } }, "/drain/preStopSeconds"],
    ["a volume of another kind", { cache: { volume: "hostPath" } }, "/cache/volume"],
    [
      "an address for a block",
      { networkPolicy: { privateSources: [{ cidr: "10.0.0.1", ports: [80] }] } },
      "/networkPolicy/privateSources/0/cidr",
    ],
    [
      "a block without ports",
      { networkPolicy: { privateSources: [{ cidr: "10.0.0.0/8" }] } },
      "/networkPolicy/privateSources/0",
    ],
    ["no server of names", { networkPolicy: { dns: { to: [] } } }, "/networkPolicy/dns/to"],
    ["a selector of one's own", { service: { spec: { selector: {} } } }, "/service/spec"],
    ["words for a switch", { autoscaling: { enabled: "yes" } }, "/autoscaling/enabled"],
  ];
  for (const [what, values, at] of bad)
    it(`refuses ${what}`, () => {
      assert.equal(validate(values), false);
      assert.ok(
        validate.errors?.some(({ instancePath }) => instancePath === at),
        JSON.stringify(validate.errors),
      );
    });
});

describe("values in the papers", () => {
  for (const paper of ["docs/operate/kubernetes.md", "deploy/chart/tintype/README.md"])
    it(`of ${paper} are the chart's`, () => {
      const text = readFileSync(join(CHART, "../../..", paper), "utf8");
      const blocks = [...text.matchAll(/^```yaml\n([^]*?)^```/gm)]
        .map(([, block = ""]) => block)
        .filter((block) => !/^(apiVersion|rules):/m.test(block));
      assert.ok(blocks.length > 0);
      for (const block of blocks)
        assert.ok(validate(parse(block)), `${block}\n${JSON.stringify(validate.errors)}`);
      for (const [, path = ""] of text.matchAll(/--set(?:-string)? '?([\w.]+)=/g)) {
        const [group = "", key = ""] = path.split(".");
        const defaults = parse(read("values.yaml")) as Readonly<Record<string, object>>;
        const known =
          group === "settings" ? SETTING_NAMES.has(key) : key === "" || key in (defaults[group] ?? {});
        assert.ok(group in defaults && known, path);
      }
      for (const [name] of text.matchAll(/\b(?:TINTYPE|IMGPROXY)_[A-Z0-9_]+/g))
        assert.ok(SETTING_NAMES.has(name), name);
    });
});
