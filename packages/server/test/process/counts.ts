/** What servers count of the cache's work while a test runs, as their metrics say it. */
import { until } from "../fixtures/until.ts";
import type { Replica } from "./replicas.ts";

const STATES = {
  hit: 'cache_requests_total{state="hit"}',
  stale: 'cache_requests_total{state="stale"}',
  miss: 'cache_requests_total{state="miss"}',
  shared: 'cache_requests_total{state="shared"}',
  bypass: 'cache_requests_total{state="bypass"}',
} as const;
const SAMPLES = {
  ...STATES,
  /** Times that a source was asked, with or without conditions. */
  fetched: 'request_span_duration_seconds_count{span="downloading_source_image"}',
  drawn: 'request_span_duration_seconds_count{span="processing_image"}',
} as const;

/** Of one server. */
export type Counts = Readonly<Record<keyof typeof SAMPLES, number>>;

export const NONE = Object.fromEntries(Object.keys(SAMPLES).map((name) => [name, 0])) as Counts;

/**
 * Counts from now on. The function that comes back waits until all servers together have answered so often with a picture,
 * and resolves to what each has counted.
 */
export async function startCounting(
  replicas: readonly Replica[],
): Promise<(answers: number) => Promise<readonly Counts[]>> {
  const before = await Promise.all(replicas.map(countsOf));
  const grown = async (): Promise<readonly Counts[]> =>
    (await Promise.all(replicas.map(countsOf))).map(
      (now, index) =>
        Object.fromEntries(
          Object.entries(now).map(([name, value]) => [name, value - before[index]![name as keyof Counts]]),
        ) as Counts,
    );
  return async (answers) => {
    const states = Object.keys(STATES) as (keyof typeof STATES)[];
    const answered = (counts: readonly Counts[]): number =>
      counts.flatMap((of) => states.map((state) => of[state])).reduce((sum, each) => sum + each, 0);
    await until(async () => answered(await grown()) >= answers);
    return grown();
  };
}

async function countsOf({ operator }: Replica): Promise<Counts> {
  const lines = (await (await fetch(`${operator}/metrics`)).text()).split("\n");
  const valueOf = (sample: string): number =>
    Number(lines.find((line) => line.startsWith(`${sample} `))?.slice(sample.length) ?? NaN);
  return Object.fromEntries(
    Object.entries(SAMPLES).map(([name, sample]) => [name, valueOf(sample)]),
  ) as Counts;
}
