/** A terminal that is taken over for a while and given back as it was. */
import type { Extent } from "./top-draw.ts";

/** As much of `tty.ReadStream` as is needed. */
export interface Keyboard {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  on(event: "data", listener: (keys: Buffer | string) => void): unknown;
  off(event: "data", listener: (keys: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** As much of `tty.WriteStream` as is needed. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: "resize", listener: () => void): unknown;
  off(event: "resize", listener: () => void): unknown;
}

export interface Terminal {
  readonly keyboard: Keyboard;
  readonly screen: Screen;
}

export const processTerminal = (): Terminal => ({ keyboard: process.stdin, screen: process.stdout });

/** Alternate screen, no cursor, no wrapping of what is wider; and back in the opposite order. */
const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

const LEAVING_KEYS = /[qQ\u0003\u0004]/;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface View {
  /** Shows lines in place of those before. */
  show(text: string): void;
  /** Gives the terminal back; may be called twice. */
  close(): void;
}

export interface ViewEvents {
  /** The user wants to leave, by key or by signal. */
  readonly onLeave: () => void;
  readonly onResize: () => void;
}

/** A terminal that does not know its size says 0. */
export const extentOf = ({ columns, rows }: Screen): Extent => ({ columns: columns || 80, rows: rows || 24 });

/** Takes the terminal over. */
export function openView({ keyboard, screen }: Terminal, { onLeave, onResize }: ViewEvents): View {
  const onKeys = (keys: Buffer | string): void => {
    if (LEAVING_KEYS.test(String(keys))) onLeave();
  };
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    for (const signal of SIGNALS) process.off(signal, onLeave);
    // Whatever ends the process in between, the terminal is usable afterwards.
    process.off("exit", close);
    screen.off("resize", onResize);
    keyboard.off("data", onKeys);
    if (keyboard.isTTY) keyboard.setRawMode?.(false);
    keyboard.pause();
    screen.write(LEAVE);
  };
  for (const signal of SIGNALS) process.on(signal, onLeave);
  process.on("exit", close);
  screen.on("resize", onResize);
  if (keyboard.isTTY) keyboard.setRawMode?.(true);
  keyboard.on("data", onKeys);
  keyboard.resume();
  screen.write(ENTER);
  return {
    show: (text) => {
      const lines = text.split("\n").map((line) => line + CLEAR_LINE);
      screen.write(HOME + lines.join("\r\n") + CLEAR_BELOW);
    },
    close,
  };
}
