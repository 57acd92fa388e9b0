import type { Size } from "../../plan/gravity.ts";
import { declaredSize, viewBoxSize } from "../../svg-size.ts";

/** Bytes in which the start tag of the root has to be complete. */
const HEAD_BYTES = 256 * 1024;

const ATTRIBUTE = /\s+([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')/g;
const ROOT = new RegExp(`<(?:[\\w.-]+:)?svg(?:${ATTRIBUTE.source})*(?=\\s*/?>)`, "y");

interface Root {
  /** Where its start tag begins. */
  readonly at: number;
  /** The start tag without its end. */
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
}

function rootOf(file: Buffer): Root | undefined {
  // One character for each byte, whatever the encoding: all that is looked for is ASCII.
  const head = file.toString("latin1", 0, HEAD_BYTES);
  const at = (ROOT.lastIndex = startOf(head));
  const [tag] = ROOT.exec(head) ?? [];
  if (tag === undefined) return undefined;
  const attributes = [...tag.matchAll(ATTRIBUTE)].map(([, name = "", value = ""]) => [
    name,
    value.slice(1, -1),
  ]);
  return { at, tag, attributes: Object.fromEntries(attributes) as Root["attributes"] };
}

/** Where the first start tag begins, behind text, comments, instructions and a doctype; the length where none does. */
function startOf(head: string): number {
  let at = head.indexOf("<");
  while (at !== -1 && /[!?]/.test(head[at + 1] ?? "")) {
    const end = head.startsWith("<!--", at) ? head.indexOf("-->", at + 4) : head.indexOf(">", at);
    at = end === -1 ? -1 : head.indexOf("<", end);
  }
  return at === -1 ? head.length : at;
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** What an SVG measures by the attributes of its root, in CSS pixels and parts of them; a style sheet may say otherwise. */
export function measureSvg(bytes: Uint8Array): Size | undefined {
  const root = rootOf(bufferOf(bytes));
  return root && declaredSize(root.attributes);
}

interface Sizes {
  /** In CSS pixels, if it is known to more than whole ones. */
  readonly natural: Size | undefined;
  readonly wanted: Size;
}

/** An SVG of another size that shows the same. Undefined where nothing tells what part of its plane it shows. */
export function resizeSvg(bytes: Uint8Array, { natural, wanted }: Sizes): Uint8Array | undefined {
  const file = bufferOf(bytes);
  const root = rootOf(file);
  if (!root) return undefined;
  const { at, tag, attributes } = root;
  const { viewBox } = attributes;
  if (viewBox === undefined ? !natural : !viewBoxSize(viewBox)) return undefined;
  // As a style, because the document's own styles would win over attributes.
  const style = `width:${wanted.width}px!important;height:${wanted.height}px!important`;
  const styled =
    attributes["style"] === undefined
      ? `${tag} style="${style}"`
      : tag.replace(ATTRIBUTE, (text, name) =>
          name === "style" ? `${text.slice(0, -1)};${style}${text.at(-1)}` : text,
        );
  const shown = natural && viewBox === undefined ? ` viewBox="0 0 ${natural.width} ${natural.height}"` : "";
  return Buffer.concat([
    file.subarray(0, at),
    Buffer.from(styled + shown, "latin1"),
    file.subarray(at + tag.length),
  ]);
}
