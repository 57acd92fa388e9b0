/** Types of what the tests import from scripts/, which is plain JavaScript because it runs before anything is installed. */

declare module "*/scripts/needs.mjs" {
  /** One thing that some tests need from the system's packages. */
  export interface Need {
    readonly name: string;
    readonly purpose: string;
    readonly probes: readonly string[];
    readonly debian: string;
    /** Left out where only one platform has the need. */
    readonly homebrew?: string;
    readonly platform?: string;
  }
  export const NEEDS: readonly Need[];
  export function find(name: string): string | undefined;
  export function missing(): readonly Need[];
  export function installLine(need: Need, platform?: string): string;
}

declare module "*/scripts/chromium.mjs" {
  export function launchChromium(): Promise<import("playwright-core").Browser>;
}

declare module "*/scripts/results.mjs" {
  export interface Counts {
    readonly tests: number;
    readonly passed: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly skipped: number;
    readonly todo: number;
  }
  export interface Skip {
    readonly name: string;
    readonly reason: string;
  }
  export interface Results {
    readonly files: ReadonlyMap<
      string,
      { readonly counts: Counts; readonly failed: readonly string[]; readonly skips: readonly Skip[] }
    >;
    readonly isWhole: boolean;
  }
  export const REPORTER: string;
  export function readResults(text: string): Results;
  export function total(results: Results): Counts & { readonly skips: readonly Skip[] };
  export function broken(results: Results): string[];
  export function replaced(first: Results, again: Results): Results;
}

declare module "*/scripts/node.mjs" {
  export function reaches(version: string, floor?: string): boolean;
  export function nodePackage(platform?: string, arch?: string): string;
  export function isNetworkFailure(output: string): boolean;
  export function exitCode(code: number | null, signal: string | null): number;
}

declare module "*/scripts/free-port.mjs" {
  export function freePort(): Promise<number>;
}
