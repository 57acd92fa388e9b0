/** Claims about how pods are numbered, replaced, spread and watched. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { version } from "../../src/config/version.ts";
import type { Claim } from "./chart-claims.ts";
import { all, one, type Alert, type Document } from "./chart-documents.ts";
import { say } from "./chart-words.ts";

const paper = (path: string): string =>
  readFileSync(new URL(`../../../../docs/${path}`, import.meta.url), "utf8");

/** Names of metrics, as the reference lists them, which is made from the code. */
const metricNames = (): ReadonlySet<string> =>
  new Set([...paper("reference/metrics.md").matchAll(/^\| `(\w+)`/gm)].map(([, name = ""]) => name));

/** The alerts that the page on monitoring advises. */
function advisedAlerts(): readonly Alert[] {
  const [, block = ""] = /^```yaml\n(groups:[^]*?)^```/m.exec(paper("operate/monitoring.md")) ?? [];
  const { groups } = parse(block) as { readonly groups: readonly { readonly rules: readonly Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

const namespaceOf = (documents: readonly Document[]): string => {
  const { TINTYPE_OBSERVE_PROMETHEUS_NAMESPACE: name } = one(documents, "ConfigMap").data;
  return name === undefined ? "" : `${name}_`;
};

const OWN = /(\w+)\{namespace="[^"]+",service="([^"]+)",?([^}]*)\}/g;

/** An expression about one release as the page on monitoring has it, about all. */
const plain = (expr: string, namespace: string): string =>
  expr.replaceAll(OWN, (_, name: string, service: string, more: string) => {
    const bare = name.startsWith(namespace) ? name.slice(namespace.length) : `other_${name}`;
    const labels = more === "" ? "" : `{${more}}`;
    return service.endsWith("-metrics") ? `${bare}${labels}` : expr;
  });

const alike = (alerts: readonly Alert[]): string =>
  JSON.stringify(alerts.map(({ alert, expr, for: time }) => [alert, expr, time]));

export const SCALE: readonly Claim[] = [
  {
    claim: "a pod goes only after its successor is ready, unless both would need one claim",
    check: ({ documents }) => {
      const { strategy, template } = one(documents, "Deployment").spec;
      const claims = template.spec.volumes.filter(
        ({ name, persistentVolumeClaim }) => name === "cache" && persistentVolumeClaim,
      );
      if (claims.length > 0) return [];
      return say([
        [strategy.type === "RollingUpdate", `strategy ${strategy.type}`],
        [strategy.rollingUpdate?.maxUnavailable === 0, "pods are taken away first"],
        [strategy.rollingUpdate?.maxSurge === "25%", `surge ${String(strategy.rollingUpdate?.maxSurge)}`],
      ]);
    },
  },
  {
    claim: "one of autoscaler and Deployment says how many pods there are",
    check: ({ documents }) => {
      const deployment = one(documents, "Deployment");
      const scalers = all(documents, "HorizontalPodAutoscaler");
      return say([
        [scalers.length === (deployment.spec.replicas === undefined ? 1 : 0), "both do, or neither"],
        ...scalers.map(
          ({ spec }) =>
            [
              spec.scaleTargetRef.kind === "Deployment" &&
                spec.scaleTargetRef.name === deployment.metadata.name,
              "the autoscaler is about something else",
            ] as const,
        ),
      ]);
    },
  },
  {
    claim:
      "the autoscaler asks for CPU, and for metrics of ours alone; it is quick upwards and slow downwards",
    check: ({ documents }) =>
      all(documents, "HorizontalPodAutoscaler").flatMap(({ spec }) => {
        const pods = spec.metrics.flatMap((metric) => metric.pods?.metric.name ?? []);
        const namespace = namespaceOf(documents);
        const { scaleUp, scaleDown } = spec.behavior;
        return say([
          [spec.metrics.some(({ resource }) => resource?.name === "cpu"), "CPU is not asked for"],
          [
            pods.every(
              (name) => name.startsWith(namespace) && metricNames().has(name.slice(namespace.length)),
            ),
            `no metric is called ${pods.join()}`,
          ],
          [spec.minReplicas > 1 && spec.minReplicas <= spec.maxReplicas, "bounds"],
          [
            scaleUp.stabilizationWindowSeconds < scaleDown.stabilizationWindowSeconds,
            "slow upwards, or quick downwards",
          ],
        ]);
      }),
  },
  {
    claim: "a node that is emptied takes one pod at a time, and is not kept from it",
    check: ({ documents }) =>
      all(documents, "PodDisruptionBudget").flatMap(({ spec }) =>
        say([[spec.maxUnavailable === 1, `${spec.maxUnavailable} pods at a time`]]),
      ),
  },
  {
    claim: "pods are spread over zones and machines",
    check: ({ documents }) => {
      const { topologySpreadConstraints: spread } = one(documents, "Deployment").spec.template.spec;
      return ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].filter(
        (key) => !spread.some(({ topologyKey }) => topologyKey === key),
      );
    },
  },
  {
    claim: "the image is of this version, or of a digest, and starts as it was built to",
    check: ({ documents }) => {
      const { image, command, args } = one(documents, "Deployment").spec.template.spec.containers[0];
      return say([
        [image.endsWith(`:${version()}`) || /@sha256:[0-9a-f]{64}$/.test(image), image],
        [command === undefined && args === undefined, "another command"],
      ]);
    },
  },
  {
    claim:
      "Prometheus finds metrics at the Service that has nothing else, and alerts are those of the page on monitoring",
    check: ({ documents }) => [
      ...all(documents, "ServiceMonitor").flatMap(({ spec }) => {
        const found = all(documents, "Service").filter(({ metadata }) =>
          Object.entries(spec.selector.matchLabels).every(([key, value]) => metadata.labels?.[key] === value),
        );
        const ports = found.flatMap((service) => service.spec.ports.map(({ name }) => name));
        return say([
          [found.length === 1 && found[0]?.metadata.name.endsWith("-metrics") === true, "another Service"],
          [spec.endpoints.every(({ port }) => ports.includes(port)), "a port that is not there"],
        ]);
      }),
      ...all(documents, "PrometheusRule").flatMap(({ spec }) => {
        const rules = spec.groups.flatMap((group) => group.rules);
        const bare = rules.map((rule) => ({ ...rule, expr: plain(rule.expr, namespaceOf(documents)) }));
        const wanted = alike(advisedAlerts());
        return say([[alike(bare) === wanted, `expected ${wanted}, got ${alike(bare)}`]]);
      }),
    ],
  },
];
