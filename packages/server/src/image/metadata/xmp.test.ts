import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { filterXmp } from "./xmp.ts";

const RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const NAMESPACES = [
  'xmlns:dc="http://purl.org/dc/elements/1.1/"',
  'xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"',
  'xmlns:cc="http://creativecommons.org/ns#"',
].join(" ");

/** A packet as programs write it: processing instructions, a toolkit's name, padding. */
const packet = (body: string): string =>
  [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Toolkit 1.0">',
    `<rdf:RDF xmlns:rdf="${RDF}" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" ${NAMESPACES}>${body}</rdf:RDF>`,
    `</x:xmpmeta>${" ".repeat(50)}<?xpacket end="w"?>`,
  ].join("\n");

const described = (properties: string, attributes = ""): string =>
  packet(`<rdf:Description rdf:about="uuid:1"${attributes}>${properties}</rdf:Description>`);

const filter = (source: string): string | undefined => filterXmp(Buffer.from(source));

/** What stands within rdf:RDF of the packet that the filter writes. */
function inner(result: string | undefined): string | undefined {
  const head = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}" ${NAMESPACES}>`;
  const tail = "</rdf:RDF></x:xmpmeta>";
  if (result === undefined) return undefined;
  assert(result.startsWith(head) && result.endsWith(tail), result);
  return result.slice(head.length, -tail.length);
}

const RIGHTS = '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© ACME</rdf:li></rdf:Alt></dc:rights>';
const kept = (properties: string, attributes = ""): string =>
  `<rdf:Description rdf:about=""${attributes}>${properties}</rdf:Description>`;

describe("filterXmp", () => {
  const cases: readonly (readonly [name: string, source: string, expected: string | undefined])[] = [
    ["an element", described(RIGHTS), kept(RIGHTS)],
    [
      "every permitted property",
      described(
        "<dc:rights>a</dc:rights><dc:contributor>b</dc:contributor><dc:creator>c</dc:creator><dc:publisher>d</dc:publisher><xmpRights:Marked>True</xmpRights:Marked><cc:attributionName>e</cc:attributionName>",
      ),
      kept(
        "<dc:rights>a</dc:rights><dc:contributor>b</dc:contributor><dc:creator>c</dc:creator><dc:publisher>d</dc:publisher><xmpRights:Marked>True</xmpRights:Marked><cc:attributionName>e</cc:attributionName>",
      ),
    ],
    [
      "attributes",
      described(
        "",
        ' dc:rights="© &quot;A&quot; &amp; B" xmpRights:Marked="True" cc:license="l" dc:title="t" tiff:Orientation="6"',
      ),
      kept("", ' dc:rights="© &quot;A&quot; &amp; B" xmpRights:Marked="True" cc:license="l"'),
    ],
    [
      "sequences",
      described("<dc:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>"),
      kept("<dc:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>"),
    ],
    [
      "a link",
      described('<cc:license rdf:resource="https://a.test/?b&amp;c"/>'),
      kept('<cc:license rdf:resource="https://a.test/?b&amp;c"></cc:license>'),
    ],
    [
      "a link in a bag",
      described('<dc:publisher><rdf:Bag><rdf:li rdf:resource="u"/></rdf:Bag></dc:publisher>'),
      kept('<dc:publisher><rdf:Bag><rdf:li rdf:resource="u"></rdf:li></rdf:Bag></dc:publisher>'),
    ],
    [
      "other properties",
      described(`<dc:title>t</dc:title>${RIGHTS}<tiff:Make>m</tiff:Make><dc:Rights>r</dc:Rights>`),
      kept(RIGHTS),
    ],
    [
      "other prefixes",
      described('<d:rights xmlns:d="http://purl.org/dc/elements/1.1/">a</d:rights>'),
      kept("<dc:rights>a</dc:rights>"),
    ],
    [
      "prefixes that mean something else",
      described('<dc:rights xmlns:dc="urn:other">a</dc:rights>'),
      undefined,
    ],
    ["names without a namespace", described("<rights>a</rights>"), undefined],
    [
      "several descriptions",
      packet(
        `<rdf:Description>${RIGHTS}</rdf:Description><rdf:Description dc:title="t"/><rdf:Description dc:creator="c"/>`,
      ),
      kept(RIGHTS) + kept("", ' dc:creator="c"'),
    ],
    [
      "markup within a property",
      described(
        '<dc:rights dc:creator="x" rdf:ID="i">a<dc:creator>b</dc:creator><b xmlns="urn:x">c</b>d<!-- e --><?f g?></dc:rights>',
      ),
      kept("<dc:rights>ad</dc:rights>"),
    ],
    [
      "a structure",
      described('<dc:creator rdf:parseType="Resource"><rdf:value>v</rdf:value></dc:creator>'),
      undefined,
    ],
    [
      "CDATA and character references",
      described("<dc:rights><![CDATA[<a> & ]]>&lt;b&gt;&#169;&#13;</dc:rights>"),
      kept("<dc:rights>&lt;a&gt; &amp; &lt;b&gt;©&#13;</dc:rights>"),
    ],
    [
      "line feeds in an attribute",
      described("", ' dc:rights="a&#10;b&#9;c"'),
      kept("", ' dc:rights="a&#10;b&#9;c"'),
    ],
    [
      "properties that say nothing",
      described("<dc:rights/><dc:creator><rdf:Seq> <rdf:li> </rdf:li></rdf:Seq></dc:creator>"),
      undefined,
    ],
    [
      "empty items among others",
      described("<dc:creator><rdf:Seq><rdf:li/><rdf:li>A</rdf:li></rdf:Seq></dc:creator>"),
      kept("<dc:creator><rdf:Seq><rdf:li>A</rdf:li></rdf:Seq></dc:creator>"),
    ],
    ["properties out of place", packet(RIGHTS), undefined],
    [
      "properties of a description within a property",
      described(`<tiff:x><rdf:Description>${RIGHTS}</rdf:Description></tiff:x>`),
      undefined,
    ],
    [
      "no wrapping",
      `<rdf:RDF xmlns:rdf="${RDF}" ${NAMESPACES}><rdf:Description>${RIGHTS}</rdf:Description></rdf:RDF>`,
      kept(RIGHTS),
    ],
    [
      "a byte order mark and an XML declaration",
      `\uFEFF<?xml version="1.0" encoding="UTF-8"?>${described(RIGHTS)}`,
      kept(RIGHTS),
    ],
    ["NULs behind", `${described(RIGHTS)}\0\0\0`, kept(RIGHTS)],
    ["nothing", "", undefined],
    ["no properties", described(""), undefined],
    ["no RDF", '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', undefined],
    ["a DOCTYPE", `<!DOCTYPE x>${described(RIGHTS)}`, undefined],
    [
      "an entity of its own",
      `<!DOCTYPE x [<!ENTITY e "© ACME">]>${described("<dc:rights>&e;</dc:rights>")}`,
      undefined,
    ],
    ["an unknown entity", described("<dc:rights>&copy; ACME</dc:rights>"), undefined],
    ["an unbound prefix", described("<foo:bar/>" + RIGHTS), undefined],
    ["an attribute twice", described(RIGHTS, ' dc:rights="a" dc:rights="b"'), undefined],
    [
      "an attribute twice under two prefixes",
      described(RIGHTS, ' xmlns:d="http://purl.org/dc/elements/1.1/" d:rights="a" dc:rights="b"'),
      undefined,
    ],
    ["a control character", described("<dc:rights>\u0001</dc:rights>"), undefined],
    [
      "a reference to a control character",
      `<?xml version="1.1"?>${described("<dc:rights>&#1;</dc:rights>")}`,
      undefined,
    ],
    ["text behind", `${described(RIGHTS)}text`, undefined],
    ["two roots", described(RIGHTS) + described(RIGHTS), undefined],
  ];
  for (const [name, source, expected] of cases) {
    it(`minds ${name}`, () => assert.equal(inner(filter(source)), expected));
  }

  it("takes only UTF-8", () => {
    assert.equal(filterXmp(Buffer.from(described(RIGHTS), "latin1")), undefined);
    assert.equal(filterXmp(Buffer.from(described(RIGHTS), "utf16le")), undefined);
  });

  it("writes what it would keep whole", () => {
    const all = described(RIGHTS + '<cc:license rdf:resource="l"/>', ' dc:creator="a &lt; b"');
    const once = filter(all);
    assert(once);
    assert.equal(filter(once), once);
  });

  it("takes no truncated packet", () => {
    const source = Buffer.from(described(RIGHTS));
    const end = source.indexOf("</x:xmpmeta>") + "</x:xmpmeta>".length;
    for (let length = 0; length < end; length += 1) {
      assert.equal(filterXmp(source.subarray(0, length)), undefined, `${length} bytes`);
    }
    assert.equal(inner(filterXmp(source.subarray(0, end))), kept(RIGHTS));
  });

  it("survives mutations and random text", () => {
    const source = Buffer.from(described(RIGHTS + '<cc:license rdf:resource="l"/>', ' dc:creator="c"'));
    const whole = (result: string | undefined): boolean => result === undefined || filter(result) === result;
    const mutation = fc.array(fc.tuple(fc.nat(source.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(mutation, (changes) => {
        const bytes = Buffer.from(source);
        for (const [at, value] of changes) bytes[at] = value;
        return whole(filterXmp(bytes));
      }),
      { seed: 1, numRuns: 1500 },
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("<", ">", "/", "&", '"', "=", "!", "?", "[", "]", "a", ":", " ", "\0")),
        (parts) => whole(filter(parts.join(""))),
      ),
      { seed: 1, numRuns: 1500 },
    );
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const escaped = text.replace(/[&<>]/g, (found) => `&#${found.charCodeAt(0)};`);
        const result = filter(described(`<dc:rights>${escaped}</dc:rights>`));
        return whole(result) && (result === undefined) === (text.trim() === "");
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  const million = (piece: string): string => piece.repeat(Math.floor(1_000_000 / piece.length));
  const hostile: readonly (readonly [name: string, source: string])[] = [
    ["elements without end", million("<a>")],
    ["prefixed elements without end", `<a:a xmlns:a="u">${million("<a:a>")}`],
    ["elements without end in a property", described(`<dc:rights>${million("<rdf:Bag>")}`)],
    [
      "attributes without end",
      `<a ${Array.from({ length: 60_000 }, (_, index) => `a${index}="${index}"`).join(" ")}`,
    ],
    ["NULs with something behind", `${million("\0")}x`],
    ["blanks", million(" ")],
    ["opening brackets", million("<")],
    ["ampersands", `<a>${million("&amp;")}`],
    ["a long comment", `<!--${million("- ")}`],
    ["a packet beyond the limit", described(`<dc:rights>${"x".repeat(1_048_576)}</dc:rights>`)],
  ];
  for (const [name, source] of hostile) {
    it(`is soon done with ${name}`, { timeout: 10_000 }, () => assert.equal(filter(source), undefined));
  }

  it("takes a long text and many properties", { timeout: 10_000 }, () => {
    const text = `<dc:rights>${million("&lt;&amp;")}</dc:rights>`;
    assert.equal(inner(filter(described(text))), kept(text));
    const many = described(million("<dc:rights>a</dc:rights>"));
    assert.equal(inner(filter(many))?.match(/<dc:rights>/g)?.length, Math.floor(1_000_000 / 24));
  });
});
