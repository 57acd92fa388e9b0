/** The dashboard and the alerts of the documentation ask for what there is. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { createMetrics } from "./metrics.ts";

const DOCS = new URL("../../../../docs/operate/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, DOCS), "utf8");

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
  readonly datasource: { readonly uid: string };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly w: number };
  readonly targets?: readonly Target[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[];
  };
}

const { panels, templating } = JSON.parse(read("grafana.json")) as Dashboard;
const targets = panels.flatMap(({ targets: each = [] }) => each);

/** What a scrape finds: labels, each with its values, by the names that can be asked for. */
async function series(): Promise<ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>> {
  const metrics = createMetrics({ workers: 1, imagesInProgress: () => 0 });
  metrics.request()({ status: 200 });
  const samples = (await metrics.readings()).flatMap((reading) => reading.samples);
  metrics.close();
  const found = new Map<string, Map<string, Set<string>>>();
  for (const { name, labels } of samples) {
    const known = found.get(name) ?? new Map<string, Set<string>>();
    found.set(name, known);
    for (const [label, value] of Object.entries(labels))
      known.set(label, (known.get(label) ?? new Set()).add(String(value)));
  }
  return found;
}

const KNOWN = await series();
const FROM_PROMETHEUS = ["instance", "job"];
const WORDS = /^(?:sum|rate|increase|histogram_quantile|vector|by|or)$/;

const FUNCTION_OR_METRIC = /[a-z_][a-z0-9_]*/g;
const SELECTOR = /([a-z_][a-z0-9_]*)\{([^}]*)\}/g;
const MATCHER = /([a-z_]+)\s*(=~|=)\s*"([^"]*)"/g;
const GROUPING = /by \(([^)]*)\)/g;

/** What in a query there is not. */
function faultsOf(query: string): string[] {
  const bare = query
    .replace(/\[[^\]]*\]/g, "")
    .replace(/\{[^}]*\}/g, "")
    .replace(GROUPING, "");
  const names = [...bare.matchAll(FUNCTION_OR_METRIC)]
    .map(([word]) => word)
    .filter((word) => !WORDS.test(word));
  const grouped = [...query.matchAll(GROUPING)].flatMap(([, list = ""]) => list.split(/,\s*/));
  const has = (name: string, label: string): boolean =>
    FROM_PROMETHEUS.includes(label) || KNOWN.get(name)?.has(label) === true;
  return [
    ...(names.length === 0 ? ["no metric"] : []),
    ...names.filter((name) => !KNOWN.has(name)).map((name) => `no metric ${name}`),
    ...grouped.flatMap((label) =>
      names.filter((name) => !has(name, label)).map((name) => `${name} has no label ${label}`),
    ),
    ...[...query.matchAll(SELECTOR)].flatMap(([, name = "", matchers = ""]) =>
      [...matchers.matchAll(MATCHER)].flatMap(([, label = "", operator, value = ""]) => {
        if (!has(name, label)) return [`${name} has no label ${label}`];
        // Statuses are any.
        if (FROM_PROMETHEUS.includes(label) || label === "status") return [];
        const values = operator === "=~" ? value.split("|") : [value];
        return values
          .filter((each) => KNOWN.get(name)?.get(label)?.has(each) !== true)
          .map((each) => `${label} of ${name} is never ${each}`);
      }),
    ),
    ...(balanced(query) ? [] : ["brackets"]),
  ];
}

function balanced(query: string): boolean {
  let text = query.replace(/"[^"]*"/g, "").replace(/[^()[\]{}]/g, "");
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(/\(\)|\[\]|\{\}/g, "");
  }
  return text === "";
}

describe("grafana.json", () => {
  for (const { expr } of targets)
    it(`asks for what there is: ${expr}`, () => assert.deepEqual(faultsOf(expr), []));

  it("shows every counter and gauge that is not imgproxy's alone", () => {
    const asked = targets.map(({ expr }) => expr).join("\n");
    const unseen = [...KNOWN.keys()].filter(
      (name) => !/^(?:process|vips|.*_(?:sum|count)$)/.test(name) && !new RegExp(`\\b${name}\\b`).test(asked),
    );
    assert.deepEqual(unseen, []);
  });

  it("asks the data source that its user chooses", () => {
    assert.deepEqual(new Set(targets.map(({ datasource }) => datasource.uid)), new Set(["${datasource}"]));
    assert.deepEqual(
      templating.list.map(({ name, type }) => [name, type]),
      [
        ["datasource", "datasource"],
        ["instance", "query"],
      ],
    );
    assert.equal(templating.list[1]?.definition, "label_values(requests_total, instance)");
  });

  it("has panels of different numbers, with titles, that fit the width", () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    for (const { title, gridPos } of panels) {
      assert.notEqual(title, "");
      assert.ok(gridPos.x + gridPos.w <= 24, title);
    }
  });

  it("names in legends only what its queries group by", () => {
    for (const { expr, legendFormat } of targets)
      for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        assert.ok(
          label === "instance" || new RegExp(`by \\([^)]*\\b${label}\\b`).test(expr),
          `${label}: ${expr}`,
        );
  });
});

describe("monitoring.md", () => {
  const text = read("monitoring.md");
  const queries = [
    ...[...text.matchAll(/^ +expr: (.*)$/gm)].map(([, query = ""]) => query),
    ...[...text.matchAll(/`(sum[^`]*)`/g)].map(([, query = ""]) => query),
  ];

  it("has alerts", () => assert.ok(queries.length >= 6));

  for (const query of queries)
    it(`asks for what there is: ${query}`, () => assert.deepEqual(faultsOf(query), []));
});
