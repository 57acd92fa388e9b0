/** The system's Chromium, kept to itself and to this machine: for tests, and for whatever is measured in a browser. */
import { chromium } from "playwright-core";
import { find } from "./needs.mjs";

export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts it without a window. Rejects where the machine has none. */
export const launchChromium = () => chromium.launch({ executablePath: find("chromium") ?? "", args: FLAGS });
