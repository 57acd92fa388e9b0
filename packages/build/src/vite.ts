import { join } from "node:path";
import type { Plugin, ResolvedConfig } from "vite";
import type { Bundler } from "./bundler.ts";
import { createPictures, type Pictures } from "./core/pictures.ts";
import { needlesOf } from "./core/secrets.ts";
import { folderOf, type BuildSettings } from "./core/settings.ts";
import { createLocal, type Local } from "./dev/local.ts";
import { createHooks } from "./hooks.ts";

export type { Picture } from "./core/picture.ts";
export type { BuildPolicy, BuildSettings } from "./core/settings.ts";

/** As for every bundler; what Vite knows of itself need not be said. */
export interface ViteSettings extends Omit<BuildSettings, "originals"> {
  /** Where the emitted originals can be fetched by the server; Vite's `base` and `build.assetsDir` at `site` where left out. */
  readonly originals?: string;
  /** Where the site is, such as `https://site.example`. */
  readonly site?: string;
  /** Settings of the Tintype that serves pictures while you develop, by their names: `{ IMGPROXY_WATERMARK_PATH: "mark.png" }`. */
  readonly server?: Readonly<Record<string, string>>;
}

/**
 * Vite's plugin: `import hero from "./hero.jpg?tintype&policy=hero"`. What is built for browsers is looked through for keys;
 * what is built for servers may hold them. Throws a sentence where the settings cannot hold.
 */
export function tintype(settings: ViteSettings): Plugin {
  let ready: Ready | undefined;
  let local: Local | undefined;
  const hooks = createHooks({
    pictures: () => local?.pictures() ?? ready!.pictures,
    folder: () => ready!.settings.folder,
    isBuild: () => ready!.config.command === "build",
    isPublic: (bundler) => (bundler as EnvironmentBundler).environment?.config.consumer !== "server",
    needles: needlesOf(settings),
  });
  return {
    ...hooks,
    // Before Vite takes the import for one of a file.
    enforce: "pre",
    configResolved(config) {
      const whole = settle(settings, config);
      ready = { config, settings: whole, pictures: createPictures(whole) };
    },
    configureServer({ config: { cacheDir, logger } }) {
      local = createLocal({
        settings: ready!.settings,
        folder: join(cacheDir, "tintype"),
        server: settings.server ?? {},
        report: (complaint) => logger.warn(`tintype: ${complaint}`, { timestamp: true }),
      });
    },
    async closeBundle() {
      await local?.close();
    },
  };
}

interface Ready {
  readonly config: ResolvedConfig;
  readonly settings: SettledSettings;
  readonly pictures: Pictures;
}

type SettledSettings = BuildSettings & { readonly folder: string };

/** Fills in what Vite knows. Throws a sentence where nobody says where the site is. */
function settle(settings: ViteSettings, { base, build }: ResolvedConfig): SettledSettings {
  const folder = folderOf({ folder: settings.folder ?? build.assetsDir });
  const { originals, site } = settings;
  if (originals === undefined && (site === undefined || !URL.canParse(site)))
    throw new Error(
      `expected site, the address of the site such as https://site.example, or originals, that of the emitted pictures, got ${JSON.stringify(site)}`,
    );
  return { ...settings, folder, originals: originals ?? new URL(`${folder}/`, new URL(base, site)).href };
}

interface EnvironmentBundler extends Bundler {
  readonly environment?: { readonly config: { readonly consumer: "client" | "server" } };
}
