/** As much of Kubernetes' kinds as our claims are about. */

interface Named<Kind extends string> {
  readonly apiVersion: string;
  readonly kind: Kind;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
}

export type Labels = Readonly<Record<string, string>>;
interface Selector {
  readonly matchLabels: Labels;
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
}

export interface Container {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env?: readonly Variable[];
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly resources: {
    readonly requests: Labels;
    readonly limits: Labels;
  };
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
  readonly securityContext: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly privileged?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly sizeLimit?: string };
  readonly ephemeral?: {
    readonly volumeClaimTemplate: {
      readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } };
    };
  };
  readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean };
  readonly hostPath?: unknown;
}

export interface Pod {
  readonly metadata: { readonly labels: Labels; readonly annotations: Labels };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly automountServiceAccountToken?: boolean;
    readonly enableServiceLinks?: boolean;
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly hostIPC?: boolean;
    readonly terminationGracePeriodSeconds: number;
    readonly securityContext: {
      readonly runAsNonRoot?: boolean;
      readonly runAsUser?: number;
      readonly seccompProfile?: { readonly type: string };
    };
    readonly topologySpreadConstraints: readonly {
      readonly topologyKey: string;
      readonly labelSelector: Selector;
    }[];
    readonly containers: readonly [Container, ...Container[]];
    readonly volumes: readonly Volume[];
  };
}

export interface Deployment extends Named<"Deployment"> {
  readonly spec: {
    readonly replicas?: number;
    readonly selector: Selector;
    readonly strategy: {
      readonly type: string;
      readonly rollingUpdate?: {
        readonly maxUnavailable: number | string;
        readonly maxSurge: number | string;
      };
    };
    readonly template: Pod;
  };
}

export interface ConfigMap extends Named<"ConfigMap"> {
  readonly data: Labels;
}

export interface Secret extends Named<"Secret"> {
  readonly data: Labels;
}

export interface ExternalSecret extends Named<"ExternalSecret"> {
  readonly spec: {
    readonly target: { readonly name: string };
    readonly data: readonly { readonly secretKey: string }[];
  };
}

export interface Service extends Named<"Service"> {
  readonly spec: {
    readonly type: string;
    readonly clusterIP?: string;
    readonly selector: Labels;
    readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
  };
}

export interface ServiceAccount extends Named<"ServiceAccount"> {
  readonly automountServiceAccountToken?: boolean;
}

export interface Autoscaler extends Named<"HorizontalPodAutoscaler"> {
  readonly spec: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly metrics: readonly {
      readonly type: string;
      readonly resource?: { readonly name: string };
      readonly pods?: { readonly metric: { readonly name: string } };
    }[];
    readonly behavior: Readonly<
      Record<"scaleUp" | "scaleDown", { readonly stabilizationWindowSeconds: number }>
    >;
  };
}

export interface DisruptionBudget extends Named<"PodDisruptionBudget"> {
  readonly spec: { readonly maxUnavailable: number | string; readonly selector: Selector };
}

export interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly podSelector?: unknown;
  readonly namespaceSelector?: unknown;
}

export interface Rule {
  readonly ports?: readonly { readonly protocol: string; readonly port: number | string }[];
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
}

export interface NetworkPolicy extends Named<"NetworkPolicy"> {
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress: readonly Rule[];
    readonly egress: readonly Rule[];
  };
}

export interface Ingress extends Named<"Ingress"> {
  readonly spec: {
    readonly rules: readonly {
      readonly http: {
        readonly paths: readonly {
          readonly path: string;
          readonly backend: {
            readonly service: { readonly name: string; readonly port: { readonly name?: string } };
          };
        }[];
      };
    }[];
  };
}

export interface Route extends Named<"HTTPRoute"> {
  readonly spec: {
    readonly rules: readonly {
      readonly matches: readonly { readonly path: { readonly value: string } }[];
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
    }[];
  };
}

export interface ServiceMonitor extends Named<"ServiceMonitor"> {
  readonly spec: { readonly selector: Selector; readonly endpoints: readonly { readonly port: string }[] };
}

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
}

export interface PrometheusRule extends Named<"PrometheusRule"> {
  readonly spec: { readonly groups: readonly { readonly rules: readonly Alert[] }[] };
}

export type Document =
  | Deployment
  | ConfigMap
  | Secret
  | ExternalSecret
  | Service
  | ServiceAccount
  | Autoscaler
  | DisruptionBudget
  | NetworkPolicy
  | Ingress
  | Route
  | ServiceMonitor
  | PrometheusRule;

type OfKind<Kind extends Document["kind"]> = Extract<Document, { readonly kind: Kind }>;

/** All documents of a kind. */
export const all = <Kind extends Document["kind"]>(
  documents: readonly Document[],
  kind: Kind,
): readonly OfKind<Kind>[] =>
  documents.filter((document): document is OfKind<Kind> => document.kind === kind);

/** The first document of a kind. Throws where there is none. */
export function one<Kind extends Document["kind"]>(documents: readonly Document[], kind: Kind): OfKind<Kind> {
  const [found] = all(documents, kind);
  if (found === undefined) throw new Error(`expected a ${kind}, got none`);
  return found;
}
