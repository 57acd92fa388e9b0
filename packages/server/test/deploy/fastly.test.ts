/**
 * deploy/fastly, as far as that can be known without Fastly: the part that sorts browsers is the file that Varnish runs
 * (varnish.test.ts), so it must stay within what both VCLs have.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { shipped } from "../fixtures/program.ts";

const bare = (text: string): string => text.replaceAll(/#.*$/gm, "").replaceAll(/"[^"\n]*"/g, '""');

describe("VCL for Fastly", () => {
  const accept = shipped("varnish/accept.vcl");

  it("has a part in common with Varnish that uses nothing else than both know", () => {
    const words = new Set(bare(accept).match(/[A-Za-z][\w.-]*/g));
    const known = /^(?:sub|tintype_accept|set|unset|if|else|regsub|regsuball|req\.url|req\.http\.[\w-]+)$/;
    assert.deepEqual(
      [...words].filter((word) => !known.test(word)),
      [],
    );
    // How strings are joined is not the same in both, and in Fastly's a per cent sign begins an escape.
    assert.doesNotMatch(bare(accept), /\+/);
    assert.doesNotMatch(accept.replaceAll(/#.*$/gm, ""), /%/);
  });

  it("calls that part, and hides what Varnish hides", () => {
    const recv = shipped("fastly/recv.vcl");
    assert.match(recv, /^call tintype_accept;$/m);
    const hidden = /req\.url ~ "(\^\/\(\(health[^"]*)"/;
    assert.equal(hidden.exec(recv)?.[1], hidden.exec(shipped("varnish/default.vcl"))?.[1]);
    const dropped = (text: string) =>
      [...text.matchAll(/unset req\.http\.([\w-]+);/g)].map(([, name]) => name).sort();
    assert.deepEqual(dropped(recv), dropped(shipped("varnish/default.vcl")));
  });
});
