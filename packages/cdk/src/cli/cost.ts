import { readFileSync, writeFileSync } from "node:fs";
import { fillBlocks } from "../cost/markdown.ts";
import { factsOf, reportOf } from "../cost/report.ts";
import {
  EGRESSES,
  EGRESS_OF,
  EXAMPLE,
  PROFILES,
  SOURCES,
  withAvif,
  type Workload,
} from "../cost/workload.ts";
import { UsageError, type Command } from "./command.ts";
import { none, numberOf, parseFlags, wordOf, type Flags, type Parsed } from "./flags.ts";

const FLAGS: Flags = {
  requests: "value",
  kb: "value",
  hit: "value",
  ms: "value",
  avif: "switch",
  profile: "value",
  egress: "value",
  sources: "value",
  "source-mb": "value",
  json: "switch",
  markdown: "value",
};

function workloadOf(flags: Parsed): Workload {
  const profile = wordOf(flags, "profile", PROFILES, EXAMPLE.profile);
  return {
    requests: numberOf(flags, "requests", EXAMPLE.requests, [1, 1e13]),
    kb: numberOf(flags, "kb", EXAMPLE.kb, [0.1, 100_000]),
    hitShare: numberOf(flags, "hit", EXAMPLE.hitShare * 100, [0, 100]) / 100,
    ms: numberOf(flags, "ms", EXAMPLE.ms, [0, 100_000]),
    sourceMb: numberOf(flags, "source-mb", EXAMPLE.sourceMb, [0, 10_000]),
    sources: wordOf(flags, "sources", SOURCES, EXAMPLE.sources),
    egress: wordOf(flags, "egress", EGRESSES, EGRESS_OF[profile]),
    profile,
  };
}

export const cost: Command = {
  usage: "cost [--requests 1e9] [--kb 40] [--hit 95] [--ms 60] [--avif] [--profile small] [--json]",
  summary: "Prints what a month costs on AWS, and what it takes, without asking anybody.",
  details: () =>
    [
      "--requests  pictures that browsers ask for in a month of 30 days",
      "--kb        mean size of an answer, in KB",
      "--hit       per cent of requests that the CDN answers by itself",
      "--ms        milliseconds of CPU for a picture that has to be made",
      "--avif      AVIF for everyone: fewer bytes, more CPU",
      `--profile   ${PROFILES.join(" or ")}`,
      `--sources   ${SOURCES.join(" or ")}: where originals lie; what comes from web servers passes the egress`,
      `--egress    ${EGRESSES.join(" or ")}; by profile where it is left out, as the constructs do it`,
      "--source-mb mean size of an original, in MB",
      "--markdown  writes the tables into the marked blocks of a page, which is how docs/operate/scale.md is made",
    ].join("\n"),
  run: ({ args, out }) => {
    const flags = parseFlags(args, FLAGS);
    none(flags);
    const page = flags.get("markdown");
    if (page !== undefined) {
      if (flags.all.size > 1)
        throw new UsageError("expected --markdown alone: the page speaks of one month, got more flags");
      writeFileSync(page, fillBlocks(readFileSync(page, "utf8")));
      return Promise.resolve(0);
    }
    const asked = workloadOf(flags);
    const workload = flags.has("avif") ? withAvif(asked) : asked;
    if (flags.has("json")) out(JSON.stringify(factsOf(workload), undefined, 2));
    else for (const line of reportOf(workload)) out(line);
    return Promise.resolve(0);
  },
};
