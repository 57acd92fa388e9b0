import type { Picture } from "./picture.ts";

/** The module that an import of a picture is replaced with. The capability stands in it once, and not in every URL. */
export const moduleCode = (picture: Picture): string =>
  `const at = ${JSON.stringify(picture.capability)};\nexport default ${write(picture, picture.capability)};\n`;

function write(value: unknown, capability: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => write(item, capability)).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{ ${Object.entries(value)
      .map(([name, item]) => `${name}: ${write(item, capability)}`)
      .join(", ")} }`;
  if (typeof value !== "string" || !value.includes(capability)) return JSON.stringify(value);
  if (value === capability) return "at";
  return `\`${value.split(capability).map(escapeTemplate).join("${at}")}\``;
}

const escapeTemplate = (text: string): string => text.replace(/[\\`]|\$(?=\{)/g, "\\$&");
