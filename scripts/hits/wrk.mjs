const UNITS = { us: 0.001, ms: 1, s: 1000 };

const milliseconds = (text, name) => {
  const [, number, unit] = new RegExp(`^\\s*${name}\\s+([\\d.]+)(us|ms|s)`, "m").exec(text) ?? [];
  if (unit === undefined) throw new Error(`expected ${name} in what wrk says, got:\n${text}`);
  return Number(number) * UNITS[unit];
};

/** What wrk has measured with `--latency`: requests a second, milliseconds, and answers that were none or not 2xx. */
export function readWrk(text) {
  const [, perSecond] = /^Requests\/sec:\s+([\d.]+)/m.exec(text) ?? [];
  const sockets =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? [];
  const others = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0;
  return {
    perSecond: Number(perSecond),
    p50: milliseconds(text, "50%"),
    p99: milliseconds(text, "99%"),
    errors: [...sockets, others].map(Number).reduce((sum, each) => sum + each, 0),
  };
}
