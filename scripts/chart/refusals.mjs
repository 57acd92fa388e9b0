/** Values that the chart does not render, and the sentence that each gets. */

const KEYS = { existing: { name: "image-keys", keys: ["IMGPROXY_KEY", "IMGPROXY_SALT"] } };
const LISTED = { settings: { TINTYPE_GUARD_ALLOWED_SOURCES: "https://a.example/" } };
const with_ = (more) => ({ secrets: KEYS, ...more });
const settings = (values) => with_({ settings: values });

export const REFUSALS = [
  [
    "neither key nor list",
    {},
    "expected IMGPROXY_KEY and IMGPROXY_SALT among secrets so that URLs are signed, or",
  ],
  [
    "an empty list",
    { settings: { IMGPROXY_ALLOWED_SOURCES: "" } },
    "got neither: the server would refuse every picture",
  ],
  [
    "a key without its salt",
    { secrets: { values: { IMGPROXY_KEY: "aa" } } },
    "expected IMGPROXY_SALT beside IMGPROXY_KEY",
  ],
  [
    "a salt without its key",
    { secrets: { values: { TINTYPE_GUARD_SALTS: "aa" } } },
    "expected IMGPROXY_KEY beside IMGPROXY_SALT",
  ],
  [
    "capabilities for nobody's host",
    { secrets: { existing: { name: "a", keys: ["TINTYPE_CAPABILITY_KEYS"] } } },
    "settings.TINTYPE_CAPABILITY_AUDIENCE: expected the host that browsers know the server by",
  ],

  [
    "a key in the settings",
    settings({ IMGPROXY_KEY: "aa" }),
    "settings.IMGPROXY_KEY: is secret and would lie in a ConfigMap in clear",
  ],
  [
    "a token in the settings",
    settings({ TINTYPE_OPERATOR_TOKEN: "a" }),
    "settings.TINTYPE_OPERATOR_TOKEN: is secret",
  ],
  [
    "a secret of a cloud in env",
    with_({ env: [{ name: "AWS_SECRET_ACCESS_KEY", value: "a" }] }),
    "env: AWS_SECRET_ACCESS_KEY is secret",
  ],
  [
    "a secret twice",
    { secrets: { ...KEYS, values: { IMGPROXY_KEY: "aa" } } },
    "secrets: expected IMGPROXY_KEY in one place",
  ],
  [
    "a setting twice",
    {
      secrets: { existing: { name: "a", keys: ["IMGPROXY_KEY", "IMGPROXY_SALT", "TINTYPE_HTTP_TTL"] } },
      settings: { TINTYPE_HTTP_TTL: 1 },
    },
    "settings.TINTYPE_HTTP_TTL: expected it in one place",
  ],
  [
    "a secret in env as well",
    with_({ env: [{ name: "IMGPROXY_KEY", valueFrom: { secretKeyRef: { name: "a", key: "b" } } }] }),
    "env: expected IMGPROXY_KEY in one place",
  ],
  [
    "a variable twice",
    with_({ env: [1, 2].map((value) => ({ name: "OTEL_SERVICE_NAME", value: `${value}` })) }),
    "env: expected OTEL_SERVICE_NAME in one place",
  ],
  [
    "a setting in env as well",
    with_({ settings: { TINTYPE_HTTP_TTL: 1 }, env: [{ name: "TINTYPE_HTTP_TTL", value: "2" }] }),
    "settings.TINTYPE_HTTP_TTL: expected it in one place, got it among env as well",
  ],
  [
    "a prefix that probes would not know",
    with_({ env: [{ name: "IMGPROXY_PATH_PREFIX", value: "/pictures" }] }),
    "IMGPROXY_PATH_PREFIX: expected it among settings",
  ],
  [
    "ports that the policy would not know",
    { secrets: { existing: { name: "a", keys: [...KEYS.existing.keys, "TINTYPE_GUARD_SOURCE_PORTS"] } } },
    "TINTYPE_GUARD_SOURCE_PORTS: expected it among settings",
  ],
  [
    "a name that no Service can have",
    with_({ fullnameOverride: "pics.example.com" }),
    "fullnameOverride: expected a name for Services",
  ],
  [
    "a pod that no Service would find",
    with_({ podLabels: { "app.kubernetes.io/name": "pictures" } }),
    "app.kubernetes.io/name: is the label by which Services find pods",
  ],
  [
    "a Secret without keys",
    { secrets: { existing: { name: "a" } } },
    "secrets.existing.keys: expected the keys of Secret",
  ],
  [
    "keys without a Secret",
    { secrets: { existing: { keys: KEYS.existing.keys } } },
    "secrets.existing.name: expected the name of the Secret",
  ],
  [
    "a store without a name",
    { secrets: { external: { data: { IMGPROXY_KEY: { key: "a" } } } } },
    "secrets.external.store.name: expected",
  ],

  [
    "a bind of one's own",
    settings({ TINTYPE_HTTP_BIND: ":80" }),
    "TINTYPE_HTTP_BIND: is the chart's to set and cannot be chosen",
  ],
  [
    "workers as a setting",
    settings({ IMGPROXY_WORKERS: 4 }),
    "IMGPROXY_WORKERS: is the chart's to set; expected workers instead",
  ],
  [
    "workers as a variable",
    with_({ env: [{ name: "TINTYPE_RENDER_WORKERS", value: "4" }] }),
    "TINTYPE_RENDER_WORKERS: is the chart's to set",
  ],
  [
    "development mode",
    settings({ TINTYPE_DEVELOPMENT: true }),
    "TINTYPE_DEVELOPMENT: is the chart's to set and cannot be chosen",
  ],

  [
    "replicas beside autoscaling",
    with_({ replicas: 3 }),
    "replicas: expected none while autoscaling.enabled is true",
  ],
  [
    "a least above the most",
    with_({ autoscaling: { minReplicas: 9, maxReplicas: 3 } }),
    "autoscaling.minReplicas: expected at most autoscaling.maxReplicas, which is 3, got 9",
  ],
  [
    "a claim for many",
    with_({ cache: { volume: "claim", claimName: "a" } }),
    "cache.shared: expected true where up to 10 replicas mount claim",
  ],
  [
    "a claim without a name",
    with_({ cache: { volume: "claim", shared: true } }),
    "cache.claimName: expected the name of the claim",
  ],

  [
    "millibytes",
    with_({ memory: "512m" }),
    'memory: expected a quantity of bytes such as 512Mi or 2Gi, got "512m"',
  ],
  ["another unit", with_({ memory: "2GB" }), 'got "2GB"'],
  ["no CPUs", with_({ cpu: 0 }), "cpu: expected a quantity of CPUs above 0"],
  [
    "CPUs in words",
    with_({ cpu: "two" }),
    'cpu: expected a quantity of CPUs above 0 such as 2, 1.5 or 500m, got "two"',
  ],
  ["a cache without a size", with_({ cache: { disk: "much" } }), "cache.disk: expected a quantity of bytes"],
  ["a folder without a size", with_({ tmp: { size: "" } }), "tmp.size: expected a quantity of bytes"],
  [
    "too little memory",
    with_({ cpu: 8, memory: "512Mi" }),
    "memory: expected 728Mi or more for 8 workers, got 512Mi",
  ],

  [
    "a grace too short",
    with_({ drain: { terminationGracePeriodSeconds: 30 } }),
    "drain.terminationGracePeriodSeconds: expected 35 or more",
  ],
  [
    "a lame duck too short",
    with_({ drain: { lameDuckSeconds: 9 } }),
    "drain.lameDuckSeconds: expected 10 or more (twice probes.readiness.periodSeconds)",
  ],
  [
    "an end before a request's",
    with_({ settings: { IMGPROXY_TIMEOUT: 25 } }),
    "drain.gracefulStopSeconds: expected 25 or more (TINTYPE_HTTP_TIMEOUT)",
  ],

  [
    "an operator without a token",
    with_({ operator: { enabled: true } }),
    "operator.enabled: expected TINTYPE_OPERATOR_TOKEN among secrets",
  ],
  [
    "metrics where pictures are",
    with_({ metrics: { port: 8080 } }),
    "metrics.port: expected another port than 8080",
  ],
  [
    "a sign of load that nobody gives",
    with_({ autoscaling: { workersUtilization: 50 }, metrics: { enabled: false } }),
    "autoscaling.workersUtilization: expected metrics.enabled as well",
  ],
  [
    "a Redis of env that the policy denies",
    with_({
      env: [{ name: "TINTYPE_CACHE_REDIS_URL", valueFrom: { secretKeyRef: { name: "a", key: "b" } } }],
    }),
    "networkPolicy.extraEgress: expected a rule that lets pods reach Redis",
  ],
  [
    "one port for two",
    {
      secrets: { existing: { name: "a", keys: [...KEYS.existing.keys, "TINTYPE_OPERATOR_TOKEN"] } },
      operator: { enabled: true, port: 8082 },
    },
    "operator.port: expected another port than metrics.port",
  ],
  [
    "a monitor of nothing",
    with_({ metrics: { enabled: false, serviceMonitor: { enabled: true } } }),
    "metrics.serviceMonitor.enabled: expected metrics.enabled as well",
  ],
  [
    "rules about nothing",
    with_({ metrics: { enabled: false, rules: { enabled: true } } }),
    "metrics.rules.enabled: expected metrics.enabled as well",
  ],
  [
    "an Ingress for no host",
    with_({ ingress: { enabled: true } }),
    "ingress.hosts: expected at least one host",
  ],
  [
    "a route without a Gateway",
    with_({ gateway: { enabled: true } }),
    "gateway.parentRefs: expected the Gateway",
  ],
  [
    "private sources that the policy denies",
    settings({ IMGPROXY_ALLOW_PRIVATE_SOURCE_ADDRESSES: true }),
    "networkPolicy.privateSources: expected the private blocks",
  ],
  [
    "private sources that the server denies",
    with_({ networkPolicy: { privateSources: [{ cidr: "10.0.0.0/8", ports: [80] }] } }),
    "expected settings.TINTYPE_GUARD_ALLOW_PRIVATE_SOURCE_ADDRESSES to be true as well",
  ],
  [
    "a Redis that the policy denies",
    { ...LISTED, secrets: { existing: { name: "a", keys: ["TINTYPE_CACHE_REDIS_URL"] } } },
    "networkPolicy.extraEgress: expected a rule that lets pods reach Redis",
  ],

  [
    "a digest cut short",
    with_({ image: { digest: "sha256:abc" } }),
    "image.digest: expected sha256: and 64 hexadecimal digits",
  ],
  [
    "the newest of all images",
    with_({ image: { tag: "latest" } }),
    'image.tag: expected a version, because two pods with the tag latest may run two programs, got "latest"',
  ],

  // Refused by values.schema.json, in Helm's words.
  ["a value misspelt", with_({ replicaCount: 3 }), "replicaCount"],
  ["a setting that is none of ours", settings({ HTTP_TTL: 1 }), "HTTP_TTL"],
  ["a number as a key", { secrets: { values: { IMGPROXY_KEY: 1234 } } }, "got number, want string"],
];
