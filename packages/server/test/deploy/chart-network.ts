/** Claims about who reaches a pod, and whom it reaches. */
import { readFileSync } from "node:fs";
import { BlockList } from "node:net";
import { parse } from "yaml";
import { classify } from "../../src/guard/address.ts";
import { SETTINGS } from "../../src/config/settings.ts";
import { addresses, familyOf } from "./chart-addresses.ts";
import { valuesFile } from "./chart-cases.ts";
import type { Claim } from "./chart-claims.ts";
import { all, one, type Document, type Labels, type Peer, type Rule } from "./chart-documents.ts";
import { say } from "./chart-words.ts";

const matches = (selector: Labels, labels: Labels): boolean =>
  Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value);

/** A list of addresses. */
function listOf(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = "", bits] = block.split("/");
    list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

/** Whether a block is a part of another. */
function isWithin(inner: string, outer: string): boolean {
  const [address = "", bits] = inner.split("/");
  const [around = "", aroundBits] = outer.split("/");
  if (familyOf(address) !== familyOf(around)) return false;
  return Number(bits) > Number(aroundBits) && listOf([outer]).check(address, familyOf(address));
}

/** Which addresses peers are. */
function reachOf(peers: readonly Peer[]): (address: string) => boolean {
  const blocks = peers.flatMap(({ ipBlock }) => ipBlock ?? []);
  const lists = blocks.map(({ cidr, except = [] }) => [listOf([cidr]), listOf(except)] as const);
  return (address) =>
    lists.some(
      ([within, without]) =>
        within.check(address, familyOf(address)) && !without.check(address, familyOf(address)),
    );
}

const portsOf = ({ ports = [] }: Rule): string => ports.map(({ port }) => String(port)).join();

const allowsPrivate = (documents: readonly Document[]): boolean =>
  one(documents, "ConfigMap").data.TINTYPE_GUARD_ALLOW_PRIVATE_SOURCE_ADDRESSES === "true";

export const NETWORK: readonly Claim[] = [
  {
    claim: "whatever selects pods selects ours, and only by what does not change",
    check: ({ documents }) => {
      const { selector, template } = one(documents, "Deployment").spec;
      const selectors: readonly (readonly [string, Labels])[] = [
        ["Deployment", selector.matchLabels],
        ...all(documents, "Service").map(({ metadata, spec }) => [metadata.name, spec.selector] as const),
        ...all(documents, "PodDisruptionBudget").map(
          ({ spec }) => ["budget", spec.selector.matchLabels] as const,
        ),
        ...all(documents, "NetworkPolicy").map(
          ({ spec }) => ["policy", spec.podSelector.matchLabels] as const,
        ),
        ...template.spec.topologySpreadConstraints.map(
          ({ labelSelector }) => ["spread", labelSelector.matchLabels] as const,
        ),
      ];
      return selectors.flatMap(([name, labels]) =>
        say([
          [matches(labels, template.metadata.labels), `${name} selects others`],
          [!("app.kubernetes.io/version" in labels), `${name} selects one version`],
        ]),
      );
    },
  },
  {
    claim: "names are unique for their kind, and labelled with the release",
    check: ({ documents }) => {
      const names = documents.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      return [
        ...names.filter((name, index) => names.indexOf(name) !== index),
        ...documents
          .filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/instance"] === undefined)
          .map(({ kind }) => `${kind} has no label`),
      ];
    },
  },
  {
    claim: "every object has the labels that were asked for, and the Service of pictures its fields",
    check: ({ name, documents }) => {
      const { labels = {}, service } = parse(readFileSync(valuesFile(name), "utf8")) as {
        readonly labels?: Labels;
        readonly service?: { readonly spec?: object };
      };
      const pictures = all(documents, "Service").find(({ metadata }) => !metadata.name.endsWith("-metrics"));
      const fields: Readonly<Record<string, unknown>> = { ...pictures?.spec };
      return [
        ...documents
          .filter(({ metadata }) => Object.keys(labels).some((label) => !metadata.labels?.[label]))
          .map(({ kind, metadata }) => `${kind} ${metadata.name} has not all labels`),
        ...Object.entries(service?.spec ?? {})
          .filter(([field, value]) => JSON.stringify(fields[field]) !== JSON.stringify(value))
          .map(([field]) => `${field} is another`),
      ];
    },
  },
  {
    claim: "the Service of pictures shows their port alone; the other one is seen within the cluster only",
    check: ({ documents }) => {
      const { ports } = one(documents, "Deployment").spec.template.spec.containers[0];
      const own = new Set(ports.map(({ name }) => name));
      return all(documents, "Service").flatMap(({ metadata, spec }) => {
        const inner = metadata.name.endsWith("-metrics");
        const shown = spec.ports.map(({ targetPort }) => targetPort);
        return say([
          [shown.every((port) => own.has(port)), `${metadata.name}: a port that no container has`],
          [
            inner ? !shown.includes("http") : shown.join() === "http",
            `${metadata.name}: shows ${shown.join()}`,
          ],
          [!inner || (spec.type === "ClusterIP" && spec.clusterIP === "None"), "metrics are shown outside"],
        ]);
      });
    },
  },
  {
    claim: "an Ingress or a route leads to the Service of pictures, behind the server's prefix",
    check: ({ documents }) => {
      const settings = one(documents, "ConfigMap").data;
      const prefix = settings.TINTYPE_HTTP_PATH_PREFIX ?? settings.IMGPROXY_PATH_PREFIX ?? "/";
      const pictures = all(documents, "Service").find(({ metadata }) => !metadata.name.endsWith("-metrics"));
      const port = pictures?.spec.ports[0];
      return [
        ...all(documents, "Ingress").flatMap(({ metadata, spec }) => [
          ...say([
            [
              metadata.annotations?.["nginx.ingress.kubernetes.io/upstream-hash-by"] === "$request_uri",
              "replicas are taken at random",
            ],
          ]),
          ...spec.rules.flatMap(({ http }) =>
            http.paths.flatMap(({ path, backend: { service } }) =>
              say([
                [path === prefix, `path ${path}`],
                [service.name === pictures?.metadata.name, `Service ${service.name}`],
                [service.port.name === port?.name, "another port"],
              ]),
            ),
          ),
        ]),
        ...all(documents, "HTTPRoute").flatMap(({ spec }) =>
          spec.rules.flatMap(({ matches: [match], backendRefs: [backend] }) =>
            say([
              [match?.path.value === prefix, `path ${String(match?.path.value)}`],
              [backend?.name === pictures?.metadata.name, `Service ${String(backend?.name)}`],
              [backend?.port === port?.port, "another port"],
            ]),
          ),
        ),
      ];
    },
  },
  {
    claim: "the policy lets a pod reach exactly the addresses that the server may be sent to",
    check: ({ documents }) =>
      all(documents, "NetworkPolicy").flatMap(({ spec }) => {
        const reaches = reachOf(spec.egress.flatMap(({ to = [] }) => to));
        const privates = allowsPrivate(documents);
        return addresses().flatMap((address) => {
          const type = classify(address);
          if (type === "private" && privates) return [];
          return say([[reaches(address) === (type === "public"), `${address}, which is ${type}`]]);
        });
      }),
  },
  {
    claim: "the policy is about both directions, and opens no other ports to addresses than those of sources",
    check: ({ documents }) =>
      all(documents, "NetworkPolicy").flatMap(({ spec }) => {
        const { TINTYPE_GUARD_SOURCE_PORTS: given } = one(documents, "ConfigMap").data;
        const wanted = given?.replaceAll(" ", "") || SETTINGS.guard.sourcePorts.fallback.join();
        const everywhere = spec.egress.filter(({ to = [] }) =>
          to.some(({ ipBlock }) => ipBlock?.cidr === "0.0.0.0/0"),
        );
        return say([
          [spec.policyTypes.toSorted().join() === "Egress,Ingress", spec.policyTypes.join()],
          [
            spec.egress
              .flatMap(({ to = [] }) => to)
              .flatMap(({ ipBlock }) => ipBlock ?? [])
              .every(({ cidr, except = [] }) => except.every((inner) => isWithin(inner, cidr))),
            "an exception from what was not allowed, which the cluster would refuse",
          ],
          [everywhere.length === 1 && everywhere.every((rule) => portsOf(rule) === wanted), "other ports"],
          [spec.egress.every(({ to = [], ports = [] }) => to.length > 0 && ports.length > 0), "an open rule"],
          [
            spec.egress.some(
              ({ to = [], ports = [] }) =>
                ports.some(({ protocol, port }) => protocol === "UDP" && port === 53) && to.length > 0,
            ),
            "no names can be looked up",
          ],
        ]);
      }),
  },
  {
    claim: "metrics and the operator's listener are closed to those who may ask for pictures",
    check: ({ documents }) =>
      all(documents, "NetworkPolicy").flatMap(({ spec }) => {
        const { ports } = one(documents, "Deployment").spec.template.spec.containers[0];
        const inner = ports.map(({ name }) => name).filter((name) => name !== "http");
        const open = (port: string): readonly Rule[] =>
          spec.ingress.filter((rule) => !rule.ports || rule.ports.some((entry) => entry.port === port));
        return [
          ...inner
            .filter(
              (name) => open(name).length !== 1 || open(name).some(({ from = [] }) => from.length === 0),
            )
            .map((name) => `${name} is open to everyone, or to nobody`),
          ...say([[open("http").length === 1, "pictures are open twice, or never"]]),
        ];
      }),
  },
];
