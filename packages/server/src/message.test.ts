import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpDate } from "./message.ts";

const MOMENT = Date.UTC(1994, 10, 6, 8, 49, 37);

describe("httpDate", () => {
  for (const text of [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    " sun, 06 nov 1994 08:49:37 gmt ",
  ])
    it(`reads "${text}"`, () => assert.equal(httpDate(text), MOMENT));

  for (const text of [
    undefined,
    "",
    "0",
    "-1",
    "2030",
    "never 2030",
    "picture 5",
    "2030-01-01T00:00:00Z",
    "06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 +0100",
    "Sun, 06 Nov 1994 25:49:37 GMT",
    "Sun, 06 Xyz 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
  ])
    it(`finds none in ${JSON.stringify(text)}`, () => assert.ok(Number.isNaN(httpDate(text))));
});
