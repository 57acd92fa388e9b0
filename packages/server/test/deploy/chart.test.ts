/** The chart as it was rendered by `npm run test:chart`, which takes Helm; this takes none. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { caseNames, documentsIn, inputs, outputs, readCase, RENDERED, type Rendered } from "./chart-cases.ts";
import { CLAIMS } from "./chart-claims.ts";

const AGAIN = "the chart was changed and not rendered anew, or the other way round: npm run test:chart";

describe("the rendered chart", () => {
  it("is the chart that lies beside it", () =>
    assert.equal(readFileSync(join(RENDERED, "inputs.sha256"), "utf8"), inputs(), AGAIN));

  it("was not edited by hand", () =>
    assert.equal(readFileSync(join(RENDERED, "outputs.sha256"), "utf8"), outputs(), AGAIN));

  it("has the cases that matter", () => assert.ok(caseNames().length >= 12));
});

for (const name of caseNames())
  describe(`the chart for ${name}`, () => {
    const rendered = readCase(name);
    for (const { claim, check } of CLAIMS) it(claim, () => assert.deepEqual(check(rendered), []));
  });

/** A claim by its beginning, a case, and a change to its text after which the claim no longer holds. */
const BREAKS: readonly (readonly [claim: string, name: string, was: string | RegExp, becomes: string])[] = [
  ["a pod may no more", "signed", "runAsNonRoot: true", "runAsNonRoot: false"],
  ["a pod may no more", "signed", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"],
  ["a pod may no more", "signed", "drop: [ALL]", "drop: [NET_RAW]"],
  ["a pod may no more", "signed", "type: RuntimeDefault", "type: Unconfined"],
  ["a pod may no more", "signed", /emptyDir: \{ sizeLimit: 256Mi \}/, "hostPath: { path: / }"],
  ["a pod has no token", "signed", /( {6})automountServiceAccountToken: false/, "$1other: false"],
  [
    "a pod has no token",
    "irsa",
    /^automountServiceAccountToken: false/m,
    "automountServiceAccountToken: true",
  ],
  ["a pod has no token", "irsa", "serviceAccountName: images-tintype", "serviceAccountName: default"],
  ["memory is asked for", "signed", /limits:\n\s+memory: "2Gi"/, 'limits: { memory: "4Gi" }'],
  ["memory is asked for", "signed", /limits:\n(\s+)memory: "2Gi"/, 'limits:\n$1memory: "2Gi"\n$1cpu: "2"'],
  ["readiness asks", "signed", "path: /ready", "path: /health"],
  ["readiness asks", "ingress", "path: /pictures/ready", "path: /ready"],
  ["readiness asks", "signed", "failureThreshold: 6", "failureThreshold: 1"],
  ["a pod has the time", "signed", "terminationGracePeriodSeconds: 40", "terminationGracePeriodSeconds: 30"],
  ["a pod has the time", "signed", "sleep: { seconds: 5 }", "exec: { command: [sleep, 5] }"],
  ["a pod has the time", "signed", 'LAME_DUCK_DELAY: "10"', 'LAME_DUCK_DELAY: "6"'],
  ["what a pod writes", "signed", "sizeLimit: 3200Mi", "sizeLimit: 2Gi"],
  ["what a pod writes", "signed", "emptyDir: { sizeLimit: 256Mi }", "emptyDir: {}"],
  ["what a pod writes", "ephemeral-claims", "mountPath: /cache", "mountPath: /elsewhere"],
  ["what a pod writes", "fixed-replicas", '"/tmp/cache"', '"/cache"'],
  ["the server starts", "signed", 'TINTYPE_RENDER_WORKERS: "2"', 'TINTYPE_RENDER_WORKERS: "two"'],
  ["the server starts", "irsa", "TINTYPE_S3_ALLOWED_BUCKETS", "TINTYPE_S3_ALLOWED_BUCKET"],
  ["the server starts", "allow-list", "https://pictures.example.com/,", ","],
  ["every variable", "signed", "TINTYPE_CACHE_DISK:", "TINTYPE_CACHE_SIZE:"],
  ["the server listens", "signed", "containerPort: 8080", "containerPort: 80"],
  ["the server listens", "signed", 'KEEP_ALIVE_TIMEOUT: "75"', 'KEEP_ALIVE_TIMEOUT: "10"'],
  ["the server listens", "service-monitor", '":9102"', '":9103"'],
  ["renderers are", "signed", 'TINTYPE_RENDER_WORKERS: "2"', 'TINTYPE_RENDER_WORKERS: "64"'],
  ["renderers are", "signed", 'memory: "2Gi"', 'memory: "256Mi"'],
  ["nothing secret", "allow-list", "TINTYPE_HTTP_BIND:", "IMGPROXY_SECRET:"],
  ["nothing secret", "existing-secret", /valueFrom:\n\s+secretKeyRef: \{.*IMGPROXY_KEY \}/, 'value: "aa"'],
  ["what a Secret holds", "signed", /$/, `\n# ${"a".repeat(64)}\n`],
  ["what a Secret holds", "signed", /(IMGPROXY_KEY: )(\S+)/, "$1$2 # $2"],
  ["every secret variable", "signed", "IMGPROXY_SALT: ", "IMGPROXY_PEPPER: "],
  ["every secret variable", "external-secret", "secretKey: IMGPROXY_SALT", "secretKey: IMGPROXY_PEPPER"],
  ["a change of settings", "signed", "checksum/secrets", "checksum/other"],
  ["a change of settings", "allow-list", "checksum/settings", "checksum/other"],
  ["a change of settings", "allow-list", "configMapRef: { name: images", "configMapRef: { name: other"],
  ["a pod goes only", "signed", "maxUnavailable: 0", "maxUnavailable: 1"],
  ["a pod goes only", "ephemeral-claims", "type: RollingUpdate", "type: Recreate"],
  ["one of autoscaler", "signed", "revisionHistoryLimit", "replicas: 3\n  revisionHistoryLimit"],
  ["one of autoscaler", "fixed-replicas", "replicas: 1", "paused: false"],
  ["one of autoscaler", "signed", "kind: Deployment, name: images-tintype", "kind: Deployment, name: other"],
  ["the autoscaler asks", "custom-metric", "name: pics_workers_utilization", "name: workers_utilization"],
  ["the autoscaler asks", "custom-metric", "name: pics_workers_utilization", "name: pics_load"],
  ["the autoscaler asks", "signed", "stabilizationWindowSeconds: 300", "stabilizationWindowSeconds: 0"],
  ["the autoscaler asks", "signed", "name: cpu", "name: memory"],
  ["a node that is emptied", "signed", "maxUnavailable: 1", "maxUnavailable: 0"],
  ["pods are spread", "signed", "topology.kubernetes.io/zone", "topology.kubernetes.io/region"],
  ["the image is", "signed", "tintype:0.1.0", "tintype:0.0.9"],
  ["the image is", "ephemeral-claims", "@sha256:", "@sha256:0"],
  ["Prometheus finds", "service-monitor", /component: metrics(\s+endpoints)/, "component: other$1"],
  ["Prometheus finds", "service-monitor", "port: metrics, path", "port: http, path"],
  ["Prometheus finds", "custom-metric", "> 0.01", "> 0.02"],
  ["Prometheus finds", "custom-metric", "pics_renderers_ready{", "renderers_ready{"],
  [
    "whatever selects",
    "signed",
    /(podSelector:\n\s+matchLabels:\n\s+app.kubernetes.io\/name: )"tintype"/,
    "$1other",
  ],
  [
    "whatever selects",
    "signed",
    /(clusterIP: None\n\s+selector:\n\s+app.kubernetes.io\/name: )"tintype"/,
    "$1other",
  ],
  ["names are unique", "signed", "name: images-tintype-metrics", "name: images-tintype"],
  ["names are unique", "signed", "app.kubernetes.io/instance: images", "other: images"],
  ["every object has", "dual-stack", "cost-centre: pictures", "other: pictures"],
  ["every object has", "dual-stack", "externalTrafficPolicy: Local", "externalTrafficPolicy: Cluster"],
  ["the Service of pictures", "signed", "targetPort: http, appProtocol", "targetPort: metrics, appProtocol"],
  ["the Service of pictures", "signed", /type: ClusterIP(\s+clusterIP)/, "type: LoadBalancer$1"],
  ["an Ingress or a route", "ingress", "$request_uri", "$host"],
  ["an Ingress or a route", "ingress", "path: /pictures\n", "path: /\n"],
  ["an Ingress or a route", "gateway", "port: 8080 }\n", "port: 80 }\n"],
  ["the policy lets a pod", "signed", /- 169\.254\.0\.0\/16/, "- 169.254.0.0/17"],
  ["the policy lets a pod", "signed", /- 10\.0\.0\.0\/8\n/, "- 10.0.0.0/9\n"],
  ["the policy lets a pod", "signed", /- 168\.63\.129\.16\/32\n/, "\n"],
  ["the policy lets a pod", "signed", "cidr: 2000::/3", "cidr: ::/0"],
  ["the policy lets a pod", "signed", "- 203.0.113.0/24", "- 203.0.112.0/23"],
  ["the policy is about", "signed", "[Ingress, Egress]", "[Ingress]"],
  ["the policy is about", "signed", "- 2001::/23", "- fc00::/7"],
  ["the policy is about", "signed", "port: 443", "port: 8443"],
  ["the policy is about", "private-sources", "port: 8000", "port: 8001"],
  ["the policy is about", "signed", "protocol: UDP", "protocol: TCP"],
  ["metrics and the operator", "signed", /from:\n\s+- podSelector: \{\}/, "from: []"],
  [
    "metrics and the operator",
    "existing-secret",
    "{ protocol: TCP, port: operator }",
    "{ protocol: TCP, port: 9 }",
  ],
];

describe("each claim can be broken", () => {
  for (const { claim } of CLAIMS)
    it(`somewhere: ${claim}`, () => assert.ok(BREAKS.some(([start]) => claim.startsWith(start))));

  for (const [start, name, was, becomes] of BREAKS)
    it(`${start}: "${String(was)}" of ${name} as "${becomes}"`, () => {
      const { text } = readCase(name);
      const other = text.replace(was, becomes);
      assert.notEqual(other, text, "the case has no such text");
      const broken: Rendered = { name, text: other, documents: documentsIn(other) };
      const claims = CLAIMS.filter(({ claim }) => claim.startsWith(start));
      assert.equal(claims.length, 1);
      assert.notDeepEqual(claims[0]?.check(broken), []);
    });
});
