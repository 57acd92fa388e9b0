import { SaxesParser } from "saxes";
import type { SaxesTagNS } from "saxes";
import { HttpError } from "../../errors.ts";
import { readEntities } from "./entities.ts";

/** An attribute's name, as `SvgElement` spells it, and its value. */
export type Attributes = ReadonlyMap<string, string>;

/**
 * One element of a document that was read. Names of the SVG namespace (or of none, which librsvg takes for SVG) stand
 * bare, attributes of the two other namespaces that matter as `xlink:...` and `xml:...`, all else as `{namespace}name`.
 */
export interface SvgElement {
  readonly name: string;
  readonly attributes: Attributes;
  readonly children: readonly SvgNode[];
}

/** An element, or a run of text. */
export type SvgNode = SvgElement | string;

export const SVG_NAMESPACE = "http://www.w3.org/2000/svg";
export const XLINK_NAMESPACE = "http://www.w3.org/1999/xlink";

const XMLNS_NAMESPACE = "http://www.w3.org/2000/xmlns/";

const ATTRIBUTE_PREFIXES: ReadonlyMap<string, string> = new Map([
  ["", ""],
  [XLINK_NAMESPACE, "xlink:"],
  ["http://www.w3.org/XML/1998/namespace", "xml:"],
]);

/** What no document may exceed, whatever the gate is told. libxml2, which librsvg reads with, has the same levels. */
const CEILING = { bytes: 10 * 2 ** 20, elements: 100_000, levels: 256 } as const;

interface Growing extends SvgElement {
  readonly children: SvgNode[];
}

/**
 * Parses a document, keeping elements, attributes and text; comments, instructions and a plain doctype are left out.
 * Throws `broken_svg` where it is not well-formed UTF-8 XML with an `svg` root, declares entities beyond short texts, or passes the ceiling.
 */
export function readSvg(bytes: Uint8Array): SvgElement {
  if (bytes.length > CEILING.bytes) throw tooMuch("bytes", bytes.length);
  const text = decode(bytes);
  const tree = new Tree();
  try {
    feed(tree, text);
  } catch (error) {
    if (error instanceof HttpError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new HttpError("broken_svg", `expected well-formed XML, got ${reason}`, { cause: error });
  }
  return tree.root();
}

/** The text of an element's own runs, without that of the elements inside it. */
export const textOf = ({ children }: SvgElement): string =>
  children.filter((child) => typeof child === "string").join("");

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HttpError("broken_svg", "expected UTF-8 text, got bytes that are not", { cause });
  }
}

function feed(tree: Tree, text: string): void {
  // XML 1.1 would let control characters in by reference, and they hide schemes and names.
  const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: "1.0", forceXMLVersion: true });
  parser.on("xmldecl", ({ encoding }) => checkEncoding(encoding));
  parser.on("doctype", (doctype) => Object.assign(parser.ENTITIES, readEntities(doctype, text)));
  parser.on("opentag", (tag) => tree.open(tag));
  parser.on("closetag", () => tree.close());
  parser.on("text", (run) => tree.text(run));
  parser.on("cdata", (run) => tree.text(run));
  parser.write(text).close();
}

function checkEncoding(encoding: string | undefined): void {
  if (encoding === undefined || /^utf-?8$/i.test(encoding)) return;
  throw new HttpError("broken_svg", `expected the encoding UTF-8, got ${encoding}`);
}

const tooMuch = (what: keyof typeof CEILING, got: number): HttpError =>
  new HttpError("broken_svg", `expected at most ${CEILING[what]} ${what}, got ${got}`);

class Tree {
  #root: SvgElement | undefined;
  readonly #open: Growing[] = [];
  #elements = 0;

  root(): SvgElement {
    if (this.#root?.name === "svg") return this.#root;
    throw new HttpError("broken_svg", `expected the root svg, got ${this.#root?.name ?? "none"}`);
  }

  open(tag: SaxesTagNS): void {
    const element: Growing = { name: elementName(tag), attributes: attributesOf(tag), children: [] };
    this.#elements += 1;
    if (this.#elements > CEILING.elements) throw tooMuch("elements", this.#elements);
    this.#open.at(-1)?.children.push(element);
    this.#root ??= element;
    this.#open.push(element);
    // The parser looks a prefix up in every open element: depth times attributes is its only cost that multiplies.
    if (this.#open.length > CEILING.levels) throw tooMuch("levels", this.#open.length);
  }

  close(): void {
    this.#open.pop();
  }

  /** A comment between two runs leaves no trace, as in librsvg. */
  text(run: string): void {
    const children = this.#open.at(-1)?.children;
    if (children === undefined) return;
    const last = children.at(-1);
    if (typeof last === "string") children[children.length - 1] = last + run;
    else children.push(run);
  }
}

const elementName = ({ uri, local }: SaxesTagNS): string =>
  uri === SVG_NAMESPACE || uri === "" ? local : `{${uri}}${local}`;

function attributesOf(tag: SaxesTagNS): Attributes {
  const attributes = new Map<string, string>();
  for (const { uri, local, value } of Object.values(tag.attributes)) {
    if (uri === XMLNS_NAMESPACE) continue;
    attributes.set((ATTRIBUTE_PREFIXES.get(uri) ?? `{${uri}}`) + local, value);
  }
  return attributes;
}
