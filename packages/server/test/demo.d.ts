/** Types of what the test of the demo imports, which is plain JavaScript because it runs without being compiled. */

declare module "*/demo/server.mjs" {
  export interface DemoSettings {
    readonly tintype: string;
    readonly originals: string;
    readonly sign?: (path: string) => string;
    readonly port?: number;
  }
  export function openDemo(
    settings: DemoSettings,
  ): Promise<{ readonly url: string; readonly close: () => void }>;
}

declare module "*/demo/open.mjs" {
  export function prepare(): Promise<{
    readonly env: Readonly<Record<string, string>>;
    readonly originals: string;
    readonly sign: (path: string) => string;
  }>;
}
