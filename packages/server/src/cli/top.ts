import { setTimeout as sleep } from "node:timers/promises";
import type { Stats } from "../observe/stats.ts";
import type { Command } from "./command.ts";
import { none, parseFlags } from "./flags.ts";
import {
  OPERATOR_DETAILS,
  OPERATOR_FLAGS,
  operatorOf,
  type FindOperator,
  type Operator,
} from "./operator.ts";
import { draw } from "./top-draw.ts";
import { pollStats } from "./top-poll.ts";
import { extentOf, openView, processTerminal, type Terminal } from "./top-terminal.ts";

const EVERY_MS = 1000;
/** Of what goes into a file or a pipe. */
const PLAIN = { columns: 120, rows: Infinity };

/** `find` says where the operator's listener is and what its token is, where flags do not. */
export const top = (find: FindOperator, terminal: () => Terminal = processTerminal): Command => ({
  usage: "top [--server URL] [--token TOKEN] [--once]",
  summary: "Shows what a running server does, every second: requests, cache, queue, times, slow pictures.",
  details: () =>
    [
      "q or Ctrl-C leaves. --once prints plain text and ends, as it does where the output is no terminal.",
      OPERATOR_DETAILS,
    ].join("\n"),
  run: async ({ args, out }) => {
    const { flags, positionals } = parseFlags(args, new Map([...OPERATOR_FLAGS, ["once", true]]));
    none(positionals);
    const operator = operatorOf(flags, find);
    const { screen, keyboard } = terminal();
    // Asked before the screen is taken, so that what is wrong from the start stays readable.
    const first = await pollStats(operator, new AbortController().signal);
    if (flags.has("once") || !screen.isTTY) out(draw(first, undefined, PLAIN));
    else await watch(operator, first, { screen, keyboard });
    return 0;
  },
});

/** Shows figures until the user leaves. */
async function watch(operator: Operator, first: Stats, terminal: Terminal): Promise<void> {
  const leaving = new AbortController();
  let shown: readonly [Stats, Stats | undefined, string] = [first, undefined, ""];
  const paint = (): void => {
    const { columns, rows } = extentOf(terminal.screen);
    const [stats, previous, trouble] = shown;
    // The last line is for what goes wrong.
    const text = draw(stats, previous, { columns, rows: Math.max(1, rows - 1) });
    view.show(trouble === "" ? text : `${text}\n${trouble.slice(0, columns)}`);
  };
  const view = openView(terminal, { onLeave: () => leaving.abort(), onResize: paint });
  try {
    paint();
    while (true) {
      await sleep(EVERY_MS, undefined, { signal: leaving.signal });
      shown = await next(operator, shown[0], leaving.signal).catch((error: unknown) => [
        shown[0],
        undefined,
        error instanceof Error ? error.message : String(error),
      ]);
      if (!leaving.signal.aborted) paint();
    }
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  } finally {
    view.close();
  }
}

const next = async (
  operator: Operator,
  previous: Stats,
  signal: AbortSignal,
): Promise<readonly [Stats, Stats, string]> => [await pollStats(operator, signal), previous, ""];
