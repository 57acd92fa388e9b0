import type {
  DeleteObjectCommandInput,
  GetObjectCommandInput,
  GetObjectCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
  PutObjectCommandInput,
  S3ClientConfig,
} from "@aws-sdk/client-s3";
import { HttpError } from "./errors.ts";
import { peer } from "./peer.ts";

/** Where an S3 or something compatible is, and who asks it. */
export interface ClientSettings {
  readonly region: string;
  /** Empty for Amazon's own. */
  readonly endpoint: string;
  /** Puts the bucket into the path rather than the host; only with an endpoint. */
  readonly endpointUsePathStyle: boolean;
  /** Empty for the credentials themselves. */
  readonly assumeRoleArn: string;
  readonly assumeRoleExternalId: string;
  /** For connecting alone. */
  readonly connectTimeoutSeconds: number;
  /** Certificates are not checked. */
  readonly ignoreTls: boolean;
}

/**
 * A client of one region. Everything rejects with what the SDK throws, except that credentials which cannot be had are
 * an HttpError `source_unreachable`.
 */
export interface Client {
  get(input: GetObjectCommandInput, signal: AbortSignal): Promise<GetObjectCommandOutput>;
  put(input: PutObjectCommandInput, signal: AbortSignal): Promise<void>;
  delete(input: DeleteObjectCommandInput, signal: AbortSignal): Promise<void>;
  list(input: ListObjectsV2CommandInput, signal: AbortSignal): Promise<ListObjectsV2CommandOutput>;
  close(): void;
}

const SESSION = "tintype";
const MOST_SOCKETS = 256;
/** One retry, which an idle connection that the store has closed needs. */
const MOST_ATTEMPTS = 2;

/** Undefined leaves it to Amazon's usual chain: environment, files, containers, instances. */
async function credentialsOf(settings: ClientSettings): Promise<S3ClientConfig["credentials"]> {
  const { assumeRoleArn: RoleArn, assumeRoleExternalId: ExternalId, region } = settings;
  if (RoleArn === "") return undefined;
  const name = "@aws-sdk/credential-providers";
  const { fromTemporaryCredentials } = await peer(
    name,
    "assume a role",
    () => import("@aws-sdk/credential-providers"),
  );
  return fromTemporaryCredentials({
    params: { RoleArn, RoleSessionName: SESSION, ...(ExternalId !== "" && { ExternalId }) },
    clientConfig: { region },
  });
}

/**
 * Opens a client of a region with the official SDK, which makes connections of its own and renews credentials. Rejects
 * where the SDK is missing, with a sentence about the purpose: "read s3:// sources".
 */
export async function openClient(region: string, settings: ClientSettings, purpose: string): Promise<Client> {
  const { endpoint, endpointUsePathStyle, connectTimeoutSeconds, ignoreTls } = settings;
  const sdk = await peer("@aws-sdk/client-s3", purpose, () => import("@aws-sdk/client-s3"));
  const { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } = sdk;
  const credentials = await credentialsOf(settings);
  const client = new sdk.S3Client({
    region,
    useArnRegion: true,
    ...(credentials && { credentials }),
    ...(endpoint !== "" && { endpoint, forcePathStyle: endpointUsePathStyle }),
    maxAttempts: MOST_ATTEMPTS,
    // Not every compatible store knows Amazon's checksums; sources check the length, and entries bring a checksum.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: connectTimeoutSeconds * 1000,
      httpAgent: { maxSockets: MOST_SOCKETS },
      httpsAgent: { maxSockets: MOST_SOCKETS, rejectUnauthorized: !ignoreTls },
    },
  });
  const asking = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      // Services that hand out credentials have statuses too, which say nothing of the object.
      if (!(error instanceof Error) || !("$fault" in error) || error instanceof sdk.S3ServiceException)
        throw error;
      const detail = `expected credentials, got ${error.name}: ${error.message}`;
      throw new HttpError("source_unreachable", detail, { cause: error });
    }
  };
  return {
    get: (input, abortSignal) => asking(client.send(new GetObjectCommand(input), { abortSignal })),
    put: async (input, abortSignal) => {
      await asking(client.send(new PutObjectCommand(input), { abortSignal }));
    },
    delete: async (input, abortSignal) => {
      await asking(client.send(new DeleteObjectCommand(input), { abortSignal }));
    },
    list: (input, abortSignal) => asking(client.send(new ListObjectsV2Command(input), { abortSignal })),
    close: () => client.destroy(),
  };
}
