/** The clients of `npm run soak`: asks by chance, looks at every answer, and keeps the server as busy as is wanted. */
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "./ask.mjs";
import { faultOf } from "./check.mjs";
import { expectationOf } from "./expect.mjs";
import { isGiant } from "./pictures.mjs";
import { pause } from "./random.mjs";
import { renderersOf } from "./watch.mjs";

/** Fewer than find a place in the server's line, so that refusals are its fault. */
const MOST_OPEN = 6;
/** Share of their time that renderers work. */
const BUSY = 0.8;
const ADJUST_SECONDS = 5;

/** Requests a second that keep the renderers busy, found out step by step. */
function createPace(ledger, workers) {
  const pace = { perSecond: 12, close: () => clearInterval(timer) };
  let before = 0;
  const timer = setInterval(() => {
    const busy = (ledger.renderSeconds - before) / (workers * ADJUST_SECONDS);
    before = ledger.renderSeconds;
    pace.perSecond = clamp(pace.perSecond * clamp(BUSY / busy, 0.8, 1.2), 1, 200);
  }, ADJUST_SECONDS * 1000);
  return pace;
}

const clamp = (value, least, most) => Math.max(least, Math.min(most, value));

/** What is done to the server while it works on a wish. */
const HARM = {
  hangup: ({ random, leaving }) => sleep(random() * 150).then(() => leaving.abort()),
  kill: ({ random, pid }) => {
    const renderers = renderersOf(pid);
    const victim = renderers[Math.floor(random() * renderers.length)];
    if (victim !== undefined) process.kill(victim, "SIGKILL");
  },
};

/** Asks until the time is over. `onAnswer` hears milliseconds of every picture. */
export async function makeRounds({ server, workers, next, random, ledger, seconds, onAnswer }) {
  const pace = createPace(ledger, workers);
  const endsAt = performance.now() + seconds * 1000;
  const open = new Set();
  while (performance.now() < endsAt && server.isAlive()) {
    await sleep(1000 * pause(random, pace.perSecond));
    while (open.size >= MOST_OPEN) await Promise.race(open);
    const round = makeRound(next(), { server, random, ledger, onAnswer }).finally(() => open.delete(round));
    open.add(round);
  }
  await Promise.all(open);
  pace.close();
}

async function makeRound(wish, { server, random, ledger, onAnswer }) {
  const leaving = new AbortController();
  ledger.count("asked");
  if (isGiant(wish.picture.facts)) ledger.count("giants");
  try {
    const asking = ask(`${server.url}/unsafe/${wish.path}`, { accept: wish.accept, signal: leaving.signal });
    if (wish.fault) ledger.count(wish.fault);
    HARM[wish.fault]?.({ random, leaving, pid: server.pid });
    const answer = await asking;
    if (answer.status === 200) onAnswer(answer.milliseconds);
    await judge(wish, answer, ledger);
  } catch (error) {
    if (!leaving.signal.aborted) ledger.fail("broken", `${wish.path}: ${error}`);
  }
}

async function judge(wish, answer, ledger) {
  const { statuses, picture, path } = wish;
  if (!statuses.includes(answer.status)) return refused(wish, answer, ledger);
  if (answer.status !== 200) return ledger.count("as they should fail");
  const fault = await faultOf(answer, expectationOf(wish)).catch((error) => `not to be read: ${error}`);
  if (fault !== undefined) return ledger.fail("wrong", `${path} of ${picture.file}: ${fault}`);
  return ledger.count("right");
}

async function refused({ path, picture }, { status, id }, ledger) {
  const { code, error } = await ledger.codeOf(id);
  if (code === "too_expensive" && isGiant(picture.facts)) return ledger.count("too expensive");
  return ledger.fail("refused", `${path}: ${status} ${code} ${error}`);
}
