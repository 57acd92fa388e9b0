import type { IVpc } from "aws-cdk-lib/aws-ec2";

/** How pictures are reached: at most one CDN or load balancer, and private DNS beside it or alone. */
export type Exposure = "cloudfront-vpc" | "cloudfront-public" | "alb" | "private-dns";

/** Where tasks reach what is not S3: through a NAT gateway, by addresses of their own, or nowhere. */
export type Egress = "nat" | "public-ip" | "none";

/** A network that exists. Nothing is looked up, so it is all said here. */
export interface ExistingNetwork {
  readonly id: string;
  /** Its block of addresses, such as 10.0.0.0/16. */
  readonly cidr: string;
  readonly availabilityZones: readonly string[];
  readonly publicSubnetIds?: readonly string[];
  readonly privateSubnetIds?: readonly string[];
}

/** Where a secret lies. Without a field the whole secret is the value. */
export interface SecretField {
  /** The whole ARN, with the six characters that Secrets Manager adds. */
  readonly secretArn: string;
  readonly field?: string;
}

export interface CdnProps {
  /** Names of the site beside CloudFront's own; need `certificateArn`. */
  readonly hostNames?: readonly string[];
  /** Certificate of those names, in us-east-1, where CloudFront looks for it. */
  readonly certificateArn?: string;
  /** A cache in front of the origin for all of the world's: on by default, by region; `false` for none. */
  readonly shield?: boolean | string;
  /** Refuses at the edge what nobody signed. The keys get there by `tintype-cdk rotate-key`; until then all passes, and the server checks. */
  readonly verify?: boolean;
  /** Sends old signatures on as the newest key's, so that changing keys empties no cache; needs `verify`. */
  readonly resign?: boolean;
  /** How CloudFront speaks to the load balancer of `cloudfront-vpc`; `https` needs `hostName` and `certificateArn` of the balancer. */
  readonly origin?: "http" | "https";
  /** Which continents CloudFront serves from: 100 for the cheapest, 200, or all. */
  readonly priceClass?: "100" | "200" | "all";
  /** A web ACL of CloudFront's, from the companion stack in us-east-1. */
  readonly webAclArn?: string;
}

/** All that can be said of an image server; everything has a default. All but `vpc` is plain data, as in image-server.aws.json. */
export interface ImageServerProps {
  readonly exposure?: Exposure | readonly Exposure[];
  /** `standard`: 2 vCPU, 4 GiB, two tasks or more. `small`: 1 vCPU, 2 GiB, Spot above a base of one, addresses of their own. */
  readonly profile?: "standard" | "small";
  /** The server's own settings by name; read by the server's own code when the template is made. No secrets. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Settings that are secrets, by name, and where they lie. */
  readonly secretSettings?: Readonly<Record<string, SecretField>>;
  /** Keys of the URL signature: made by Secrets Manager, none, or those in a secret with the fields `key` and `salt`. */
  readonly keys?: "generate" | "none" | { readonly secretArn: string };
  /** Beginnings of source URLs that may be asked. */
  readonly allowedSources?: readonly string[];
  /** Buckets that pictures come from: `name`, or `name/folder/`. */
  readonly buckets?: readonly string[];
  /** The bucket that finished pictures are kept in: one of our own by default, `false` for none. */
  readonly results?:
    | false
    | {
        /** One that exists. */
        readonly bucket?: string;
        /** After which a picture goes; only for a bucket of our own. */
        readonly days?: number;
        /** Milliseconds of making below which a picture is not worth its PUT. */
        readonly minCost?: number;
      };
  /** The container image: a name, by digest at best, or a folder to build from. */
  readonly image?: string | { readonly directory: string };
  /** CPU units of a task; 1024 are one vCPU. */
  readonly cpu?: number;
  /** Of a task, in MiB. */
  readonly memory?: number;
  /** How many tasks, at least and at most. */
  readonly tasks?: { readonly min?: number; readonly max?: number };
  /** So many tasks on demand, and of what is above that `weight` on Spot for each one on demand; `weight` 0 for no Spot. */
  readonly spot?: { readonly base: number; readonly weight: number };
  readonly egress?: Egress;
  /** A network that exists, as CDK has it; or as plain data in `network`. */
  readonly vpc?: IVpc;
  readonly network?: ExistingNetwork;
  /** Availability zones of a network of our own. */
  readonly azs?: 2 | 3;
  /** Block of addresses of a network of our own. */
  readonly cidr?: string;
  /** The name of the load balancer: where pictures are asked for with `alb`, where CloudFront asks with `cloudfront-public`. */
  readonly hostName?: string;
  /** The zone in Route 53 that names are entered in. */
  readonly hostedZone?: { readonly id: string; readonly name: string };
  /** Certificate of `hostName`, in the stack's region. */
  readonly certificateArn?: string;
  readonly cdn?: CdnProps;
  /** Misses a minute from one address, above which it gets 429; `false` for no web ACL. */
  readonly waf?: false | { readonly missesPerMinute?: number };
  readonly drain?: {
    /** Seconds that the load balancer lets connections run out in, before the task hears of its end. */
    readonly deregistration?: number;
    /** Seconds from SIGTERM to SIGKILL. */
    readonly stopTimeout?: number;
  };
  readonly scaling?: {
    /** Per cent of CPU. */
    readonly cpu?: number;
    /** Requests a minute to one task. */
    readonly requests?: number;
    /** Per cent of renderers that are busy. */
    readonly workers?: number;
  };
  /** Alarms and dashboard; an address to write to; or `false` for neither. */
  readonly alarms?: false | { readonly email?: string };
  /** Which logs of who asked are written to a bucket of their own, for 30 days. */
  readonly accessLogs?: {
    readonly cdn?: boolean;
    readonly loadBalancer?: boolean;
    readonly network?: boolean;
  };
  /** Names of `private-dns`: `images` in `tintype.internal`. */
  readonly dns?: { readonly namespace?: string; readonly name?: string; readonly ttl?: number };
  /** Keeps the keys, the results and the load balancer from being removed by mistake; on by default. */
  readonly protect?: boolean;
}
