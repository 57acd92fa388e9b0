import { SVG_NAMESPACE, XLINK_NAMESPACE } from "./read.ts";
import type { SvgElement, SvgNode } from "./read.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** Writes a tree as an XML document: no declaration, SVG as the default namespace, `xlink` declared where it is used. */
export function writeSvg(root: SvgElement): string {
  const namespaces = new Map([["xmlns", SVG_NAMESPACE]]);
  if (usesXlink(root)) namespaces.set("xmlns:xlink", XLINK_NAMESPACE);
  return writeElement({ ...root, attributes: new Map([...namespaces, ...root.attributes]) });
}

const usesXlink = (node: SvgNode): boolean =>
  typeof node !== "string" &&
  ([...node.attributes.keys()].some((name) => name.startsWith("xlink:")) || node.children.some(usesXlink));

function writeElement({ name, attributes, children }: SvgElement): string {
  const head = name + [...attributes].map(([key, value]) => ` ${key}="${escapeValue(value)}"`).join("");
  if (children.length === 0) return `<${head}/>`;
  return `<${head}>${children.map(writeNode).join("")}</${name}>`;
}

const writeNode = (node: SvgNode): string =>
  typeof node === "string" ? escapeText(node) : writeElement(node);

// A raw line break in a value would be read back as a space, and a raw carriage return anywhere as a line feed.
const escapeValue = (value: string): string => value.replace(/[&<>"\t\n\r]/g, escapeOne);
const escapeText = (text: string): string => text.replace(/[&<>\r]/g, escapeOne);
const escapeOne = (character: string): string => ESCAPES[character] ?? character;
