import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DeploymentError, shown } from "./problem.ts";
import type { ImageServerProps } from "./props.ts";

/** The file that a deployment without an app of its own is described by. */
export const CONFIG_FILE = "image-server.aws.json";

/** What the file says: the properties of an image server, and where its stack is to be. */
export interface DeploymentConfig {
  readonly stackName: string;
  /** Where the CLI's own settings say otherwise if left out. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly images: ImageServerProps;
}

const TOP: Readonly<Record<string, { readonly pattern: RegExp; readonly expects: string }>> = {
  stackName: { pattern: /^[A-Za-z][A-Za-z0-9-]{0,127}$/, expects: "letters, digits and dashes" },
  account: { pattern: /^\d{12}$/, expects: "twelve digits" },
  region: { pattern: /^[a-z]{2}-[a-z]+-\d$/, expects: "a region" },
};

/** Reads the file's text. `folder` is what folders in it are relative to. Throws DeploymentError. */
export function parseConfig(text: string, name = CONFIG_FILE, folder = "."): DeploymentConfig {
  const given = parse(text, name);
  const complaints = Object.entries(TOP).flatMap(([key, { pattern, expects }]) => {
    const value = given[key];
    return value === undefined || (typeof value === "string" && pattern.test(value))
      ? []
      : [`${name}: ${key}: expected ${expects}, got ${shown(value)}`];
  });
  if (complaints.length > 0) throw new DeploymentError(complaints);
  const { $schema: _, stackName = "images", account, region, ...images } = given;
  return {
    stackName: stackName as string,
    account: account as string | undefined,
    region: region as string | undefined,
    // Its looks are checked where it is used, whoever wrote it.
    images: withFolder(images, folder),
  };
}

function parse(text: string, name: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DeploymentError([`${name}: expected JSON, got ${(error as Error).message}`]);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new DeploymentError([`${name}: expected an object, got ${shown(value)}`]);
}

function withFolder(images: ImageServerProps, folder: string): ImageServerProps {
  const { image } = images;
  if (typeof image !== "object" || typeof image.directory !== "string") return images;
  return { ...images, image: { directory: resolve(folder, image.directory) } };
}

/** Reads the file at a path, which complaints name as whoever wrote it does. Throws DeploymentError where there is none. */
export function readConfig(path: string, name = path): DeploymentConfig {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "none" : (error as Error).message;
    throw new DeploymentError([
      `${name}: expected a file that says what to deploy, such as {}, got ${reason}`,
    ]);
  }
  return parseConfig(text, name, dirname(path));
}
