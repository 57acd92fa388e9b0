import { HttpError } from "../../errors.ts";

/** Old drawing programs write namespaces as entities; more than this, or longer, no picture needs. */
const MOST_ENTITIES = 64;
const LONGEST_VALUE = 256;
/** Characters that all references together may stand for. */
const MOST_EXPANDED = 1024 * 1024;

const DECLARATION = /<!ENTITY\s+([\w.-]+)\s+(?:"([^"]*)"|'([^']*)')\s*>/g;

const refuse = (got: string): HttpError =>
  new HttpError("broken_svg", `expected no entities but a few short texts, got ${got}`);

/**
 * Reads the entities that a doctype declares: short plain texts only, none of which refers to another, a file or a URL.
 * Throws `broken_svg` on any other kind, and where the document `text` refers to them so often that it would swell.
 */
export function readEntities(doctype: string, text: string): Readonly<Record<string, string>> {
  const declared = (doctype.match(/<!ENTITY/gi) ?? []).length;
  if (declared === 0) return {};
  if (declared > MOST_ENTITIES) throw refuse(`${declared} of them`);
  const entities = [...doctype.matchAll(DECLARATION)].map(
    ([, name = "", double, single]) => [name, double ?? single ?? ""] as const,
  );
  if (entities.length !== declared) throw refuse("one that is no plain text");
  for (const [name, value] of entities) {
    if (value.length > LONGEST_VALUE || /[&%<]/.test(value))
      throw refuse(`${name} as a text that is long or refers on`);
  }
  const longest = Math.max(...entities.map(([, value]) => value.length));
  const references = text.split("&").length - 1;
  if (references * longest > MOST_EXPANDED) throw refuse(`${references} references`);
  return Object.fromEntries(entities);
}
