/** Claims about pods: what they may, what they have, and how they come and go. */
import type { Claim } from "./chart-claims.ts";
import type { Rendered } from "./chart-cases.ts";
import { one, type Container, type Pod, type Probe, type Volume } from "./chart-documents.ts";
import { bytesOf, say } from "./chart-words.ts";

interface Sight {
  readonly pod: Pod["spec"];
  readonly container: Container;
  readonly settings: Readonly<Record<string, string>>;
}

function look({ documents }: Rendered): Sight {
  const { spec: pod } = one(documents, "Deployment").spec.template;
  return { pod, container: pod.containers[0], settings: one(documents, "ConfigMap").data };
}

const seconds = (probe: Probe): number => probe.periodSeconds * probe.failureThreshold;

/** Bytes of a volume that has a size of its own, or undefined. */
function sizeOf({ emptyDir, ephemeral }: Volume): number | undefined {
  const size = emptyDir?.sizeLimit ?? ephemeral?.volumeClaimTemplate.spec.resources.requests.storage;
  return size === undefined ? undefined : bytesOf(size);
}

export const POD: readonly Claim[] = [
  {
    claim: "a pod may no more than Kubernetes' restricted standard lets it",
    check: (rendered) => {
      const { pod, container } = look(rendered);
      const { securityContext: own } = container;
      return say([
        [pod.securityContext.runAsNonRoot === true, "runs as root"],
        [pod.securityContext.runAsUser === 65532, "runs as another user than the image's"],
        [pod.securityContext.seccompProfile?.type === "RuntimeDefault", "has no seccomp profile"],
        [own.allowPrivilegeEscalation === false, "may gain privileges"],
        [own.privileged !== true, "is privileged"],
        [own.readOnlyRootFilesystem === true, "can write to its root"],
        [own.capabilities?.drop?.join() === "ALL" && !own.capabilities.add, "keeps capabilities"],
        [!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, "shares a namespace with its node"],
        [pod.volumes.every(({ hostPath }) => hostPath === undefined), "sees files of its node"],
        [pod.containers.length === 1, "has a second container"],
      ]);
    },
  },
  {
    claim: "a pod has no token of the cluster, and no variables of its neighbours",
    check: (rendered) => {
      const { pod } = look(rendered);
      const accounts = rendered.documents.filter(({ kind }) => kind === "ServiceAccount");
      return say([
        [pod.automountServiceAccountToken === false, "has a token"],
        [pod.enableServiceLinks === false, "has variables of Services"],
        [
          accounts.every(
            (account) => "automountServiceAccountToken" in account && !account.automountServiceAccountToken,
          ),
          "its account mounts tokens",
        ],
        [
          accounts.every(({ metadata }) => metadata.name === pod.serviceAccountName),
          "runs as another account than the chart's",
        ],
      ]);
    },
  },
  {
    claim: "memory is asked for as it is limited; CPU is asked for and not limited",
    check: (rendered) => {
      const { requests, limits } = look(rendered).container.resources;
      return say([
        [requests.memory !== undefined && requests.memory === limits.memory, "memory differs"],
        [/^[1-9]\d*m$/.test(requests.cpu ?? ""), `CPU of ${String(requests.cpu)}`],
        [limits.cpu === undefined, "CPU is limited"],
      ]);
    },
  },
  {
    claim: "readiness asks /ready; liveness and start ask /health, behind the prefix; none needs a shell",
    check: (rendered) => {
      const { container, settings } = look(rendered);
      const prefix = settings.TINTYPE_HTTP_PATH_PREFIX ?? settings.IMGPROXY_PATH_PREFIX ?? "";
      const { readinessProbe: readiness, livenessProbe: liveness, startupProbe: startup } = container;
      return say([
        [readiness.httpGet?.path === `${prefix}/ready`, `readiness asks ${String(readiness.httpGet?.path)}`],
        [liveness.httpGet?.path === `${prefix}/health`, `liveness asks ${String(liveness.httpGet?.path)}`],
        [startup.httpGet?.path === `${prefix}/health`, `start asks ${String(startup.httpGet?.path)}`],
        [
          [readiness, liveness, startup].every(({ httpGet }) => httpGet?.port === "http"),
          "another port than that of pictures is asked",
        ],
        [seconds(readiness) < seconds(liveness), "is restarted before it is left alone"],
      ]);
    },
  },
  {
    claim: "a pod has the time to leave that its delays add up to",
    check: (rendered) => {
      const { pod, container, settings } = look(rendered);
      const pause = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
      const lameDuck = Number(settings.TINTYPE_HTTP_LAME_DUCK_DELAY);
      const graceful = Number(settings.TINTYPE_HTTP_GRACEFUL_STOP_TIMEOUT);
      return say([
        [pause > 0, "does not pause before it is told"],
        [
          pod.terminationGracePeriodSeconds >= pause + lameDuck + graceful,
          `${pod.terminationGracePeriodSeconds} seconds for ${pause} + ${lameDuck} + ${graceful}`,
        ],
        [
          lameDuck >= 2 * container.readinessProbe.periodSeconds,
          "the door closes before /ready is asked twice",
        ],
      ]);
    },
  },
  {
    claim: "what a pod writes goes to volumes of a known size, with room for what the server keeps",
    check: (rendered) => {
      const { pod, container, settings } = look(rendered);
      const mounts = new Map(container.volumeMounts.map(({ name, mountPath }) => [mountPath, name]));
      const volumeAt = (path: string): Volume | undefined =>
        pod.volumes.find(({ name }) => name === mounts.get(path));
      const kept = Number(settings.TINTYPE_CACHE_DISK) + Number(settings.TINTYPE_CACHE_ORIGINALS);
      const dir = settings.TINTYPE_CACHE_DIR ?? "";
      const home = volumeAt(dir);
      const room = home && (home.persistentVolumeClaim ? Infinity : sizeOf(home));
      const writable = container.volumeMounts.filter(({ readOnly }) => readOnly !== true);
      return say([
        [sizeOf(volumeAt("/tmp") ?? { name: "" }) !== undefined, "/tmp has no size"],
        [kept === 0 ? dir.startsWith("/tmp/") : room !== undefined, `nothing of a known size lies at ${dir}`],
        [kept === 0 || (room ?? 0) > kept, `${String(room)} bytes for ${kept}`],
        [
          writable.every(({ mountPath }) => ["/tmp", "/cache"].includes(mountPath)),
          "it can write elsewhere, too",
        ],
        [
          container.volumeMounts.every((mount) => pod.volumes.some(({ name }) => name === mount.name)),
          "a volume is mounted that is not there",
        ],
      ]);
    },
  },
];
