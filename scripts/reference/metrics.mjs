/** docs/reference/metrics.md: what a scrape finds. There is no table, so a registry is asked after one request. */
import { createMetrics } from "../../packages/server/src/observe/metrics.ts";
import { span, STEPS } from "../../packages/server/src/observe/trace.ts";
import { code, codes, link, page, table } from "./markdown.mjs";

/** The exposition of a server that has answered one request. */
async function exposition() {
  const metrics = createMetrics({ workers: 1, imagesInProgress: () => 0 });
  metrics.request()({ status: 200 });
  for (const step of STEPS) await span(step, {}, () => Promise.resolve());
  const text = await metrics.text();
  metrics.close();
  return text;
}

const LABEL = /(\w+)="([^"]*)"/g;

/** Labels and their values, without a histogram's own and without statuses, which are any. */
function labelsOf(name, text) {
  const lines = text.split("\n").filter((line) => new RegExp(`^${name}(?:_bucket)?\\{`).test(line));
  const pairs = lines.flatMap((line) =>
    [...line.matchAll(LABEL)].map(([, label, value]) => ({ label, value })),
  );
  const groups = Map.groupBy(pairs, ({ label }) => label);
  groups.delete("le");
  return [...groups].map(([label, values]) => [label, [...new Set(values.map(({ value }) => value))]]);
}

const METRIC = /^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm;

/** The page as Markdown. */
export async function metricsPage() {
  const text = await exposition();
  const metrics = [...text.matchAll(METRIC)]
    .map(([, name, help, type]) => ({ name, help, type, labels: labelsOf(name, text) }))
    // Which of these there are depends on the system.
    .filter(({ name }) => !name.startsWith("process_"));
  const labelled = metrics.flatMap(({ name, labels }) =>
    labels.map(([label, values]) => ({ name, label, values })),
  );
  return page("Metrics", "packages/server/src/observe/metrics.ts", [
    `Prometheus finds these at ${link(code("TINTYPE_OBSERVE_PROMETHEUS_BIND"), "tintype_observe_prometheus_bind", "settings.md")},
on every path of that address and never beside the pictures. The names are imgproxy's, so its dashboards fit.
${link(code("TINTYPE_OBSERVE_PROMETHEUS_NAMESPACE"), "tintype_observe_prometheus_namespace", "settings.md")} goes in front of them.`,
    table(
      ["Name", "Kind", "Labels", "What it counts"],
      metrics.map(({ name, type, labels, help }) => [
        code(name),
        type,
        codes(labels.map(([label]) => label)),
        help,
      ]),
    ),
    `Processing requests are those with GET for a picture: health checks and pages are not counted. The process itself is
told of by ${codes(["process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds"])} and, on Linux, by
${codes(["process_virtual_memory_bytes", "process_open_fds", "process_max_fds"])}.`,
    "## Labels",
    table(
      ["Label", "Of", "Values"],
      labelled.map(({ name, label, values }) => [
        code(label),
        code(name),
        label === "status" ? "the status of the answer" : codes(values),
      ]),
    ),
    `The ${code("type")} of an error is in the ${link("table of errors", "Errors", "errors.md")}.`,
  ]);
}
