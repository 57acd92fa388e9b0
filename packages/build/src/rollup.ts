import type { Hooks } from "./bundler.ts";
import { createPictures } from "./core/pictures.ts";
import { needlesOf } from "./core/secrets.ts";
import { folderOf, type BuildSettings } from "./core/settings.ts";
import { createHooks } from "./hooks.ts";

export type { Picture } from "./core/picture.ts";
export type { BuildPolicy, BuildSettings } from "./core/settings.ts";

/**
 * Rollup's plugin: `import hero from "./hero.jpg?tintype&policy=hero"`. Everything that is built is looked through for
 * keys, since Rollup does not say who gets it. Throws a sentence where the settings cannot hold.
 */
export function tintype(settings: BuildSettings): Hooks {
  const pictures = createPictures(settings);
  return createHooks({
    pictures: () => pictures,
    folder: () => folderOf(settings),
    isBuild: () => true,
    isPublic: () => true,
    needles: needlesOf(settings),
  });
}
