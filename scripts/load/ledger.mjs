/** What became of the requests of `npm run soak`, and what the server's log says of those that failed. */
import { setTimeout as sleep } from "node:timers/promises";

const MOST_EXAMPLES = 20;
const MOST_REMEMBERED = 500;

/** What a renderer that a decoder has brought down ends with. */
const CRASH = /SIG(?:SEGV|ABRT|BUS|ILL|FPE|SYS)|exit code 1(?:32|34|35|36|39|59)\b/;

/** Codes of lines about a fault of the server; those without are about no request. */
const OURS = new Set([undefined, "internal"]);

export function createLedger() {
  const counts = {};
  const examples = [];
  const codes = new Map();
  const count = (name) => (counts[name] = (counts[name] ?? 0) + 1);

  const fail = (name, example) => {
    count(name);
    if (examples.length < MOST_EXAMPLES) examples.push(`${name}: ${example}`);
  };

  /** Hears the server's log. */
  const onLine = ({ level, msg, status, code, request_id: id, error, render_ms: milliseconds = 0 }) => {
    ledger.renderSeconds += milliseconds / 1000;
    if (id !== undefined && status !== 200) {
      codes.set(id, { code, error });
      if (codes.size > MOST_REMEMBERED) codes.delete(codes.keys().next().value);
    }
    if (/^renderer \d+ ended/.test(msg)) {
      count("renderers ended");
      if (CRASH.test(msg)) fail("crashes", msg);
    }
    if (/^error$/i.test(level) && OURS.has(code)) fail("faults", `${msg} ${error ?? ""}`);
  };

  /** The log's word on a request; its line may come after the answer. */
  const codeOf = async (id) => {
    for (let tries = 0; tries < 40 && !codes.has(id); tries += 1) await sleep(25);
    return codes.get(id) ?? { code: "unknown", error: "" };
  };

  const ledger = { counts, examples, count, fail, onLine, codeOf, renderSeconds: 0 };
  return ledger;
}
