/**
 * XMP packets: RDF/XML (ISO 16684-1) read by a namespace-aware parser. What is permitted is written anew; nothing of the
 * source's own markup survives, so its prefixes, comments and processing instructions end here.
 */
import { SaxesParser } from "saxes";
import type { SaxesAttributeNS, SaxesTagNS } from "saxes";

const RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XML = "http://www.w3.org/XML/1998/namespace";

interface Vocabulary {
  readonly prefix: string;
  /** Absent where every name of the namespace is kept. */
  readonly names?: ReadonlySet<string>;
}

/** The properties that say whose picture it is, by namespace. */
const KEPT: ReadonlyMap<string, Vocabulary> = new Map<string, Vocabulary>([
  [
    "http://purl.org/dc/elements/1.1/",
    { prefix: "dc", names: new Set(["rights", "contributor", "creator", "publisher"]) },
  ],
  ["http://ns.adobe.com/xap/1.0/rights/", { prefix: "xmpRights" }],
  ["http://creativecommons.org/ns#", { prefix: "cc" }],
]);

type Named = Pick<SaxesTagNS, "uri" | "local">;

const CONTAINERS: ReadonlySet<string> = new Set(["Alt", "Bag", "Seq", "li"]);

/** Bytes; a packet that says whose picture it is takes a thousandth of it. */
const MAX_PACKET_BYTES = 1_048_576;
/** Elements within one another; the parser's search for a prefix takes time in proportion. */
const MAX_DEPTH = 64;

/** What an element is to the filter, which follows from its parent's part and its own name. */
type Part = "outside" | "rdf" | "description" | "property" | "container" | "dropped";

const INSIDE: Readonly<Record<Part, (tag: SaxesTagNS) => Part>> = {
  outside: (tag) => (tag.uri === RDF && tag.local === "RDF" ? "rdf" : "outside"),
  rdf: (tag) => (tag.uri === RDF && tag.local === "Description" ? "description" : "dropped"),
  description: (tag) => (isProperty(tag) ? "property" : "dropped"),
  property: containerPart,
  container: containerPart,
  dropped: () => "dropped",
};

/**
 * Returns a new packet with only the properties of KEPT; undefined where there are none, or where the packet is not
 * well-formed UTF-8 XML of sane size, or has a DOCTYPE.
 */
export function filterXmp(xmp: Uint8Array): string | undefined {
  if (xmp.length > MAX_PACKET_BYTES) return undefined;
  try {
    const packet = new Packet();
    read(new TextDecoder("utf-8", { fatal: true }).decode(withoutPadding(xmp)), packet);
    return packet.text;
  } catch {
    // Neither the decoder nor the parser says anything that would help: a malformed packet is no packet.
    return undefined;
  }
}

/** Some writers end a packet with NULs, which XML does not allow. */
function withoutPadding(xmp: Uint8Array): Uint8Array {
  return xmp.subarray(0, xmp.findLastIndex((byte) => byte !== 0) + 1);
}

function read(source: string, packet: Packet): void {
  // Without an error handler the parser throws at the first fault, an undeclared entity included.
  const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: "1.0", forceXMLVersion: true });
  parser.on("doctype", () => {
    throw new Error("expected a packet without a DOCTYPE, got one");
  });
  parser.on("opentag", (tag) => packet.open(tag));
  parser.on("closetag", () => packet.close());
  parser.on("text", (text) => packet.write(text));
  parser.on("cdata", (text) => packet.write(text));
  parser.write(source).close();
}

interface Level {
  readonly part: Part;
  /** How an element that is written ends. */
  readonly end: string;
  /** How many pieces there were before this element, to go back to where it turns out to say nothing. */
  readonly start: number;
  says: boolean;
}

const WRITTEN: ReadonlySet<Part> = new Set(["description", "property", "container"]);

/** The packet that is written while the source is read. */
class Packet {
  readonly #pieces: string[] = [];
  readonly #levels: Level[] = [];

  get text(): string | undefined {
    if (this.#pieces.length === 0) return undefined;
    const namespaces = [...KEPT].map(([uri, { prefix }]) => ` xmlns:${prefix}="${uri}"`).join("");
    const rdf = `<rdf:RDF xmlns:rdf="${RDF}"${namespaces}>${this.#pieces.join("")}</rdf:RDF>`;
    return `<x:xmpmeta xmlns:x="adobe:ns:meta/">${rdf}</x:xmpmeta>`;
  }

  open(tag: SaxesTagNS): void {
    if (this.#levels.length >= MAX_DEPTH) throw new Error(`expected at most ${MAX_DEPTH} levels, got more`);
    const part = INSIDE[this.#levels.at(-1)?.part ?? "outside"](tag);
    const start = this.#pieces.length;
    if (!WRITTEN.has(part)) {
      this.#levels.push({ part, start, end: "", says: false });
      return;
    }
    const name = part === "property" ? propertyName(tag) : `rdf:${tag.local}`;
    const attributes = Object.values(tag.attributes).filter(
      part === "description" ? isProperty : isQualifier,
    );
    const says = attributes.some((attribute) => part === "description" || attribute.local === "resource");
    this.#levels.push({ part, start, end: `</${name}>`, says });
    const about = part === "description" ? ' rdf:about=""' : "";
    this.#pieces.push(`<${name}${about}${attributes.map(formatAttribute).join("")}>`);
  }

  close(): void {
    const level = this.#levels.pop();
    if (level === undefined || !WRITTEN.has(level.part)) return;
    if (!level.says) {
      this.#pieces.length = level.start;
      return;
    }
    this.#pieces.push(level.end);
    const parent = this.#levels.at(-1);
    if (parent !== undefined) parent.says = true;
  }

  write(text: string): void {
    const level = this.#levels.at(-1);
    const takesText = level?.part === "property" || level?.part === "container";
    if (!takesText || text.trim() === "") return;
    this.#pieces.push(escape(text));
    level.says = true;
  }
}

function containerPart(tag: SaxesTagNS): Part {
  return tag.uri === RDF && CONTAINERS.has(tag.local) ? "container" : "dropped";
}

function propertyName({ uri, local }: Named): string | undefined {
  const vocabulary = KEPT.get(uri);
  if (vocabulary === undefined || vocabulary.names?.has(local) === false) return undefined;
  return `${vocabulary.prefix}:${local}`;
}

const isProperty = (attribute: Named): boolean => propertyName(attribute) !== undefined;

const isQualifier = ({ uri, local }: Named): boolean =>
  (uri === XML && local === "lang") || (uri === RDF && local === "resource");

function formatAttribute(attribute: SaxesAttributeNS): string {
  const qualifier = attribute.uri === XML ? "xml:lang" : "rdf:resource";
  return ` ${propertyName(attribute) ?? qualifier}="${escape(attribute.value)}"`;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  // A parser would read these as blanks in an attribute, and a return as a line feed in text.
  ["\t", "&#9;"],
  ["\n", "&#10;"],
  ["\r", "&#13;"],
]);

const escape = (text: string): string =>
  text.replace(/[&<>"\t\n\r]/g, (found) => ESCAPES.get(found) ?? found);
