/** Types of what builds and checks the image, which is plain JavaScript because it runs inside of it and before it. */

declare module "*/deploy/container/lock.mjs" {
  export interface Entry {
    readonly version?: string;
    readonly integrity?: string;
    readonly link?: boolean;
    readonly resolved?: string;
    readonly dev?: boolean;
    readonly cpu?: readonly string[];
    readonly os?: readonly string[];
    readonly dependencies?: Readonly<Record<string, string>>;
  }
  export interface Lock {
    readonly lockfileVersion: number;
    readonly packages: Readonly<Record<string, Entry>>;
  }
  export interface Part {
    readonly manifest: Readonly<Record<string, unknown>>;
    readonly manifests: Readonly<Record<string, { readonly dependencies: Readonly<Record<string, string>> }>>;
    readonly lock: Lock;
  }
  export interface PartWishes {
    readonly read: (path: string) => unknown;
    readonly optional?: readonly string[];
    readonly tools?: readonly string[];
  }
  export function locate(packages: Lock["packages"], at: string, name: string): string | undefined;
  export function partOf(lock: Lock, wishes: PartWishes): Part;
}

declare module "*/deploy/container/trim.mjs" {
  export function isSpare(name: string): boolean;
  export function trim(folder: string): number;
}

declare module "*/deploy/container/sbom.mjs" {
  export interface Component {
    readonly name: string;
    readonly version: string;
    readonly purl: string;
    readonly group?: string;
  }
  export interface Bom {
    readonly bomFormat: string;
    readonly components: readonly Component[];
    readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  }
  export interface Facts {
    readonly installed: (name: string) => boolean;
    readonly own: readonly { readonly name: string; readonly version: string; readonly license: string }[];
    readonly node: string;
    readonly debian: string;
    readonly versions: Readonly<Record<string, string>>;
  }
  export function complete(list: unknown, facts: Facts): Bom;
}

declare module "*/scripts/container/pin.mjs" {
  export interface Reference {
    readonly name: string;
    readonly digest: string | undefined;
  }
  export function referencesOf(text: string): readonly Reference[];
  export function pinned(text: string, digestOf: (name: string) => string): string;
}
