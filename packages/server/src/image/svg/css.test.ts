import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cleanDeclarations, cleanSheet, cleanValue, readSheet } from "./css.ts";

const SHEETS: readonly (readonly [string, string])[] = [
  [".a { fill: red ; stroke:#00F }", ".a{fill:red;stroke:#00F}"],
  ["g > .a:not(.b), #c::before [d='e']{opacity:.5}", "g > .a:not(.b), #c::before [d='e']{opacity:.5}"],
  ['a{fill:url( "#b" ) none}', "a{fill:url(#b) none}"],
  ["a{FILL:Red!IMPORTANT;stroke:blue ! important}", "a{fill:Red!important;stroke:blue!important}"],
  ["a{--x: 1px;width:calc(var(--x) + 2%)}", "a{--x:1px;width:calc(var(--x) + 2%)}"],
  ["@media (min-width: 9px) and print{a{x:1}}", "@media (min-width: 9px) and print{a{x:1}}"],
  ["@keyframes k{from{x:0}50%{x:1}to{x:2}}", "@keyframes k{from{x:0}50%{x:1}to{x:2}}"],
  ["/* a */b/* c */{/* d */x/* e */:/* f */1/* g */}", "b{x:1}"],
  ["a{x:1", "a{x:1}"],
  ["a{x:1;;;y:2;}", "a{x:1;y:2}"],
  ["@import 'x';a{x:1}", "a{x:1}"],
  ["@import url(x;y)z;a{x:1}", "a{x:1}"],
  ['@charset "utf-8";@namespace s url(x);a{x:1}', "a{x:1}"],
  ["@font-face{font-family:f;src:url(data:font/woff2;base64,AAAA)}a{x:1}", "a{x:1}"],
  ["@page{margin:0}@layer l{a{x:1}}b{y:1}", "b{y:1}"],
  ["@supports (x:1){a{x:1}}@supports selector(a){b{x:1}}", "@supports (x:1){a{x:1}}"],
  ["@media a{@media b{@media c{@media d{@media e{f{x:1}}}}}}", ""],
  ["a{fill:url(x#b);stroke:red}", "a{stroke:red}"],
  ["a{fill:url(#b);background:url(#b)}", "a{fill:url(#b)}"],
  ["a{fill:red;b{stroke:red}width:1}", "a{fill:red;width:1}"],
  ["a{fill:re\\64;stroke:red}", "a{stroke:red}"],
  ["\\61{fill:red}b{fill:red}", "b{fill:red}"],
  ["a{font-family:'b\\'c';x:1}", "a{x:1}"],
  ["a{font-family:'http://x';x:1}", "a{x:1}"],
  ["a{font-family:'b\nc;fill:url(x)';x:1}d{y:1}", "a{x:1}d{y:1}"],
  ["a{filter:progid:DXImageTransform.Microsoft.x(y='z');x:1}", "a{x:1}"],
  ["a{x:1)}b{x:(1}c{x:1]}d{x:1}", "d{x:1}"],
  ["a}b{x:1}c{x:1}", "c{x:1}"],
  ["a<b{x:1}c{x:1}", "c{x:1}"],
  ["a{}b{z-index:1;position:fixed}", ""],
  ["*zoom:1", ""],
  ["", ""],
];

describe("cleanSheet", () => {
  for (const [given, expected] of SHEETS)
    it(`makes of ${JSON.stringify(given)} ${JSON.stringify(expected)}`, () => {
      assert.equal(cleanSheet(given), expected);
      assert.equal(cleanSheet(expected), expected);
    });
});

describe("cleanDeclarations", () => {
  const DECLARATIONS: readonly (readonly [string, string])[] = [
    ["fill:#fff;stroke-width:2px", "fill:#fff;stroke-width:2px"],
    ["-inkscape-font-specification:Sans;line-height:125%", "line-height:125%"],
    ["fill:red;behavior:url(x);-moz-binding:url(y)", "fill:red"],
    ["width:expression(alert(1))", ""],
    ["fill", ""],
    [":red", ""],
    ["}fill:red;stroke:red", "stroke:red"],
  ];
  for (const [given, expected] of DECLARATIONS)
    it(`makes of ${given} ${JSON.stringify(expected)}`, () => {
      assert.equal(cleanDeclarations(given), expected);
    });
});

describe("cleanValue", () => {
  const VALUES: readonly (readonly [string, string, string | undefined])[] = [
    ["fill", " url('#a')  red ", "url(#a) red"],
    ["fill", "URL(#a)", "url(#a)"],
    ["fill", "rgb(1, 2, 3) icc-color(a, 0.1)", "rgb(1, 2, 3) icc-color(a, 0.1)"],
    ["opacity", "url(#a)", undefined],
    ["fill", "url(#a", undefined],
    ["fill", "url()", undefined],
    ["fill", "url(a#b)", undefined],
    ["fill", "url(#a b)", undefined],
    ["fill", "xurl(#a)", undefined],
    ["fill", "red;stroke:red", undefined],
    ["fill", "red}", undefined],
    ["fill", "", undefined],
    ["font-family", `"A B", 'C', d`, `"A B", 'C', d`],
    ["clip", "rect(0 1 2 3)", "rect(0 1 2 3)"],
    ["clip", "rect(0 1 2 3", undefined],
  ];
  for (const [property, given, expected] of VALUES)
    it(`makes of ${property}="${given}" ${expected ?? "nothing"}`, () => {
      assert.equal(cleanValue(property, given), expected);
    });
});

describe("readSheet", () => {
  it("finds the rules inside of others too", () => {
    assert.deepEqual(readSheet("a{x:1}@media b{c,d{fill:url(#e);y:1}}"), [
      { selector: "a", declarations: [{ property: "x", value: "1" }] },
      {
        selector: "c,d",
        declarations: [
          { property: "fill", value: "url(#e)" },
          { property: "y", value: "1" },
        ],
      },
    ]);
  });
});
