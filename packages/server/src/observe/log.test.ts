import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError } from "../errors.ts";
import { createLog, logRequest } from "./log.ts";
import type { Fields, Level, LogFormat, RequestRecord } from "./log.ts";

/** What one call writes. */
function written(format: LogFormat, message: string, fields: Fields = {}): string {
  const lines: string[] = [];
  createLog({ format, write: (line) => lines.push(line) }).warn(message, fields);
  assert.equal(lines.length, 1);
  return lines[0] ?? "";
}

function logged(record: Partial<RequestRecord>, format: LogFormat = "json"): string {
  const lines: string[] = [];
  logRequest(createLog({ format, write: (line) => lines.push(line) }), {
    requestId: "id-1",
    method: "GET",
    target: "/sig/w:300/plain/http://a/b.jpg",
    status: 200,
    clientIp: "192.0.2.1",
    durationMs: 12.345678,
    ...record,
  });
  assert.equal(lines.length, 1);
  return lines[0] ?? "";
}

// Every line of JSON here is an object.
const object = (line: string) => JSON.parse(line) as Record<string, unknown>;

describe("layouts", () => {
  const fields = {
    text: 'say "hi"',
    count: 7,
    flag: true,
    group: { type: "sm", list: [1, "b"] },
    none: undefined,
  };

  it("structured: quoted strings, bare numbers, flattened groups", () => {
    const line = written("structured", "A message", { error: "last", ...fields });
    assert.match(line, /^time="\d{4}-\d\d-\d\d \d\d:\d\d:\d\d" level="WARNING" msg="A message" /);
    assert.ok(
      line.endsWith(
        ' text="say \\"hi\\"" count=7 flag=true group.type="sm" group.list="[1,\\"b\\"]" error="last"\n',
      ),
      line,
    );
  });

  it("pretty: a coloured mark, then the stack on lines of its own", () => {
    const line = written("pretty", "A message", {
      path: "/a/b",
      text: "two words",
      stack: "Error: x\n  at y",
    });
    const plain = line.replaceAll(/\x1b\[\d+m/g, "");
    assert.match(line, /\x1b\[33m\[WRN\]\x1b\[0m A message/);
    assert.match(
      plain,
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[WRN\] A message path=\/a\/b text="two words"\n {4}Error: x\n {4}at y\n$/,
    );
  });

  it("json: one object a line", () => {
    const line = object(written("json", "A message", { ...fields, level: "fake", msg: "fake" }));
    assert.match(String(line.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(Object.keys(line), ["time", "level", "msg", "text", "count", "flag", "group"]);
    assert.equal(line.level, "WARNING");
    assert.equal(line.msg, "A message");
    assert.deepEqual(line.group, { type: "sm", list: [1, "b"] });
  });

  it("gcp: severity and message", () => {
    const line = object(written("gcp", "A message", { count: 7 }));
    assert.deepEqual(Object.keys(line), ["time", "severity", "message", "count"]);
    assert.equal(line.severity, "WARNING");
  });
});

describe("levels", () => {
  const LEVELS: readonly Level[] = ["debug", "info", "warn", "error"];
  for (const [index, level] of LEVELS.entries()) {
    it(`${level} hides what matters less`, () => {
      const lines: string[] = [];
      const log = createLog({ level, write: (line) => lines.push(line) });
      for (const each of LEVELS) log[each](each);
      assert.deepEqual(
        lines.map((line) => object(line).msg),
        LEVELS.slice(index),
      );
    });
  }
});

/** What attackers write into paths, headers and error texts of sources. */
const INJECTIONS: Readonly<Record<string, string>> = {
  "a line feed": 'x\ntime="2030-01-01 00:00:00" level="ERROR" msg="fake"',
  "a carriage return": "x\r[ERR] fake",
  "line separators": "x\u2028y\u2029z",
  "an ANSI escape": "x\u001b[2J\u001b]0;title\u0007",
  "a C1 control": "x\u009b2Jy\u0085",
  "a zero byte": "x\0y",
  "a closing quote": 'x" level="ERROR" fake="1',
  "a closing brace": 'x"},{"level":"ERROR"',
  "a backslash at the end": "x\\",
  "half a surrogate pair": "x\ud83d",
  "bidirectional overrides": "x\u202egpj.exe\u2066",
  "a byte order mark": "\ufeffx",
  delete: "x\u007f\b",
};

describe("injection", () => {
  for (const [name, text] of Object.entries(INJECTIONS)) {
    for (const format of ["json", "gcp", "structured", "pretty"] as const) {
      it(`${format} escapes ${name} in messages, values and stacks`, () => {
        const line = written(format, text, { value: text, nested: { [text]: text }, stack: text });
        const plain = line.slice(0, -1).replaceAll(/\x1b\[\d+m/g, "");
        const [first = "", ...rest] = plain.split("\n");
        // What is left are visible ASCII and the indented lines of a pretty stack.
        assert.match(first, /^[ -~]*$/);
        for (const more of rest) assert.match(more, /^ {4}[ -~]*$/);
        if (format === "json" || format === "gcp") {
          assert.equal(rest.length, 0);
          assert.equal(object(line).value, text);
          assert.equal(object(line)[format === "json" ? "level" : "severity"], "WARNING");
        }
      });
    }
  }

  it("keeps values of structured lines apart", () => {
    const line = written("structured", "m", { a: 'x" b="y', b: "z" });
    assert.ok(line.endsWith(' msg="m" a="x\\" b=\\"y" b="z"\n'), line);
  });

  it("cuts endless text and endless nesting", () => {
    type Nested = { readonly [name: string]: Nested };
    let nested: Nested = {};
    for (let depth = 0; depth < 100; depth += 1) nested = { nested };
    const line = written("json", "a".repeat(1_000_000), { value: "b".repeat(1_000_000), nested });
    assert.ok(line.length < 40_000);
  });

  it("never writes passwords, authorisations or cookies", () => {
    const secret = "canary-7f3a";
    const cause = new Error(`GET https://user:${secret}@host/ failed`);
    for (const format of ["json", "gcp", "structured", "pretty"] as const) {
      const line = written(format, `http://u:${secret}@h/`, {
        authorization: `Bearer ${secret}`,
        headers: { Cookie: secret, "set-cookie": [secret] },
        error: new Error("fetch failed", { cause }),
        long: `${"a".repeat(16_370)} http://u:${secret}@h/`,
      });
      assert.doesNotMatch(line, new RegExp(secret));
      assert.match(line, /fetch failed: GET https:/);
    }
    const source = Buffer.from(`http://user:${secret}@host/a.jpg`).toString("base64url");
    assert.doesNotMatch(logged({ target: `/sig/w:1/${source}.png` }), new RegExp(source.slice(0, 20)));
  });
});

describe("logRequest", () => {
  it("writes one line with what is known", () => {
    const line = object(
      logged({
        state: "miss",
        imageUrl: "http://a/b.jpg",
        options: { width: 300, gravity: { type: "sm" } },
        bytesIn: 1000,
        bytesOut: 200,
        steps: { fetch: 3.14159265, wait: 0, render: 8 },
      }),
    );
    delete line.time;
    assert.deepEqual(line, {
      level: "INFO",
      msg: "Completed in 12.345678ms /sig/w:300/plain/http://a/b.jpg",
      request_id: "id-1",
      method: "GET",
      status: 200,
      client_ip: "192.0.2.1",
      state: "miss",
      image_url: "http://a/b.jpg",
      processing_options: { width: 300, gravity: { type: "sm" } },
      bytes_in: 1000,
      bytes_out: 200,
      duration_ms: 12.346,
      fetch_ms: 3.142,
      wait_ms: 0,
      render_ms: 8,
    });
  });

  for (const [status, level] of [
    [200, "INFO"],
    [304, "INFO"],
    [403, "WARNING"],
    [499, "WARNING"],
    [500, "ERROR"],
    [503, "ERROR"],
  ] as const) {
    it(`${status} is ${level}`, () => assert.equal(object(logged({ status })).level, level));
  }

  it("gives the stack of a fault's origin, and none for a refusal", () => {
    const origin = new TypeError("x is not a function");
    const fault = object(logged({ status: 500, code: "internal", error: HttpError.from(origin) }));
    assert.equal(fault.error, "x is not a function");
    assert.equal(fault.stack, origin.stack);
    assert.equal(fault.code, "internal");
    const refusal = object(
      logged({
        status: 404,
        code: "source_unreachable",
        error: new HttpError("source_unreachable", "no route"),
      }),
    );
    assert.equal(refusal.error, "no route");
    assert.equal("stack" in refusal, false);
  });

  it("copes with whatever was thrown", () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const looped = new Error("loop");
    looped.cause = looped;
    const thrown: readonly (readonly [unknown, string])[] = [
      ["text", "text"],
      [null, "null"],
      [7, "7"],
      [circular, "object"],
      [() => 1, "function"],
      [looped, "loop"],
    ];
    for (const [error, expected] of thrown)
      assert.equal(object(logged({ status: 500, error })).error, expected);
  });
});
