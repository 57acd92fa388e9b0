/**
 * Waits for a neighbour that may be slow or down: a limited time once, and then not at all until it has answered again
 * behind everybody's back.
 */
export interface PatienceSettings {
  /** How long an answer is waited for. */
  readonly milliseconds: number;
  /** Asks something harmless; what it resolves to within the time shows that the neighbour is back. */
  readonly probe: () => Promise<unknown>;
  /** Hears when the neighbour is given up, and when it is back. */
  readonly onChange: (
    change: { readonly lost: true; readonly error: unknown } | { readonly lost: false },
  ) => void;
}

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/** What came of an attempt: undefined where there was no answer in time, for whatever reason. */
export type Outcome<T> = { readonly value: T } | undefined;

export class Patience {
  readonly #settings: PatienceSettings;
  #lost = false;
  #pause = FIRST_PAUSE;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: PatienceSettings) {
    this.#settings = settings;
  }

  /** Whether nobody is asked for the time being. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Never rejects. An answer that comes too late is dropped. */
  async wait<T>(ask: () => Promise<T>): Promise<Outcome<T>> {
    if (this.#lost) return undefined;
    try {
      return { value: await within(this.#settings.milliseconds, ask) };
    } catch (error) {
      this.#lose(error);
      return undefined;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#lost = true;
  }

  #lose(error: unknown): void {
    // Of many who waited at the same time, the first has said so.
    if (this.#lost) return;
    this.#lost = true;
    this.#settings.onChange({ lost: true, error });
    this.#schedule();
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#try(), this.#pause * (1 + Math.random() / 5)).unref();
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
  }

  async #try(): Promise<void> {
    try {
      await within(this.#settings.milliseconds, this.#settings.probe);
    } catch {
      this.#schedule();
      return;
    }
    this.#lost = false;
    this.#pause = FIRST_PAUSE;
    this.#settings.onChange({ lost: false });
  }
}

/** What a promise resolves to. Rejects where it rejects, or has not settled in time. */
export async function within<T>(milliseconds: number, ask: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const lose = (): void => reject(new Error(`expected an answer within ${milliseconds} ms`));
    // Where this process was busy itself, the answer may lie there unread: it is read before one of these is called.
    timer = setTimeout(() => setImmediate(lose), milliseconds);
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    clearTimeout(timer);
  }
}
