/**
 * JSON schemas of the kinds that the chart renders, made from what their owners publish as Go modules: Kubernetes' OpenAPI,
 * and the CRDs of its neighbours. Unknown fields are errors.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { cache, moduleFolder } from "./tools.mjs";

/** The version that Helm is told of, and whose OpenAPI documents are held against. */
export const KUBERNETES = "1.31.0";

const KINDS = [
  "io.k8s.api.apps.v1.Deployment",
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
  "io.k8s.api.core.v1.ConfigMap",
  "io.k8s.api.core.v1.Secret",
  "io.k8s.api.core.v1.Service",
  "io.k8s.api.core.v1.ServiceAccount",
  "io.k8s.api.networking.v1.Ingress",
  "io.k8s.api.networking.v1.NetworkPolicy",
  "io.k8s.api.policy.v1.PodDisruptionBudget",
];

const OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0";
const OPERATOR_CRDS = "example/prometheus-operator-crd/monitoring.coreos.com_";
const CRDS = [
  [OPERATOR, `${OPERATOR_CRDS}servicemonitors.yaml`],
  [OPERATOR, `${OPERATOR_CRDS}prometheusrules.yaml`],
  ["sigs.k8s.io/gateway-api@v1.2.1", "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"],
  [
    "github.com/external-secrets/external-secrets@v1.3.2",
    "config/crds/bases/external-secrets.io_externalsecrets.yaml",
  ],
];

/** What kubeconform is to be told; its words for the names that `fileOf` gives. */
export const LOCATION = "{{.ResourceKind}}{{.KindSuffix}}.json";

function fileOf({ group, version, kind }) {
  const suffix = [group.split(".")[0], version].filter(Boolean).join("-");
  return `${kind.toLowerCase()}-${suffix.toLowerCase()}.json`;
}

/** Folder of the schemas; they are made where they are not there yet. */
export function schemas() {
  const recipe = createHash("sha256")
    .update(readFileSync(new URL(import.meta.url)))
    .digest("hex");
  const folder = join(cache, `schemas-${recipe.slice(0, 12)}`);
  const done = join(folder, "done");
  if (existsSync(done)) return folder;
  mkdirSync(folder, { recursive: true });
  const write = (names, schema) => writeFileSync(join(folder, fileOf(names)), JSON.stringify(schema));
  for (const [names, schema] of [...ofKubernetes(), ...CRDS.flatMap(ofCustomResource)]) write(names, schema);
  writeFileSync(done, "");
  return folder;
}

function ofKubernetes() {
  const folder = moduleFolder(`k8s.io/kubernetes@v${KUBERNETES}`);
  const { definitions } = JSON.parse(readFileSync(join(folder, "api/openapi-spec/swagger.json"), "utf8"));
  const strict = Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, close(definition)]),
  );
  // A number is as good as a text to the server, where quantities are concerned.
  strict["io.k8s.apimachinery.pkg.api.resource.Quantity"] = { type: ["string", "number"] };
  return KINDS.map((name) => {
    const [names] = definitions[name]["x-kubernetes-group-version-kind"];
    return [names, { ...named(strict[name], names), definitions: strict }];
  });
}

/** Definitions of the neighbours' kinds, as YAML for a cluster. */
export const customResources = () =>
  CRDS.map(([module, path]) => readFileSync(join(moduleFolder(module), path), "utf8"));

function ofCustomResource([module, path]) {
  const { spec } = parse(readFileSync(join(moduleFolder(module), path), "utf8"));
  return spec.versions.map(({ name, schema }) => {
    const names = { group: spec.group, version: name, kind: spec.names.kind };
    const closed = close(schema.openAPIV3Schema);
    closed.properties.metadata = METADATA;
    return [names, named(closed, names)];
  });
}

const TEXTS = { type: "object", additionalProperties: { type: "string" } };
const METADATA = {
  type: "object",
  additionalProperties: false,
  required: ["name"],
  properties: { name: { type: "string" }, labels: TEXTS, annotations: TEXTS },
};

/** A schema that is about one kind in one version only. */
function named(schema, { group, version, kind }) {
  const apiVersion = { const: group === "" ? version : `${group}/${version}` };
  const properties = { ...schema.properties, apiVersion, kind: { const: kind } };
  const required = [...new Set([...(schema.required ?? []), "apiVersion", "kind", "metadata"])];
  return { ...schema, properties, required };
}

/** The same schema, in which fields that it does not name are errors. */
function close(schema) {
  if (Array.isArray(schema)) return schema.map(close);
  if (typeof schema !== "object" || schema === null) return schema;
  const closed = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "properties" ? closeEach(value) : close(value),
    ]),
  );
  const isInt = schema.format === "int-or-string" || schema["x-kubernetes-int-or-string"] === true;
  if (isInt) return { ...closed, type: ["string", "integer"], format: undefined };
  const isOpen =
    schema.properties === undefined ||
    schema.additionalProperties !== undefined ||
    schema["x-kubernetes-preserve-unknown-fields"] === true;
  return isOpen ? closed : { ...closed, additionalProperties: false };
}

/** A field may be called `properties` or `format`, too; its schema is what is closed. */
const closeEach = (properties) =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, close(schema)]));
