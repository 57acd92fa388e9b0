/** The playground's controls, drawn from the option table. */
import { OPTIONS, STAGES, type AnyOption, type OptionName, type Stage } from "@tintype/url";
import { escapeHtml } from "../document.ts";
import { leavesOf, type Leaf, type Slide } from "./leaves.ts";
import { FOREMOST } from "./ranges.ts";

/** What of the language this server lets a URL say. */
export interface Offer {
  /** Names of presets that there are. */
  readonly presets: readonly string[];
  readonly onlyPresets: boolean;
  /** Names of options that a URL may use; empty for all. */
  readonly allowed: ReadonlySet<string>;
  readonly security: boolean;
  readonly bypass: boolean;
}

type Row = readonly [OptionName, AnyOption];

const ROWS = Object.entries(OPTIONS) as unknown as readonly Row[];

/** Every option that this server takes, by the stage in which it acts. */
export function controls(offer: Offer): string {
  const rows = ROWS.filter(([, option]) => isOffered(option, offer));
  return STAGES.map((stage) =>
    group(
      stage,
      rows.filter(([, option]) => option.stage === stage),
      offer,
    ),
  ).join("");
}

function isOffered({ names, gated, preset }: AnyOption, offer: Offer): boolean {
  if (preset) return offer.presets.length > 0;
  if (offer.onlyPresets || (gated !== undefined && !offer[gated])) return false;
  return offer.allowed.size === 0 || offer.allowed.has(names.at(-1) ?? "");
}

function group(stage: Stage, rows: readonly Row[], offer: Offer): string {
  if (rows.length === 0) return "";
  const shown = rows.filter(([name, { preset }]) => preset ?? FOREMOST.has(name));
  const folded = rows.filter((each) => !shown.includes(each));
  const drawn = (some: readonly Row[]): string => some.map((each) => row(each, offer)).join("");
  const title = `<h3 id="stage-${stage}">${stage}</h3>`;
  const start = `<section class="group" data-stage="${stage}" aria-labelledby="stage-${stage}">`;
  if (shown.length === 0) {
    const names = folded
      .map(
        ([
          ,
          {
            names: [name = ""],
          },
        ]) => escapeHtml(name),
      )
      .join(", ");
    return `${start}<details class="folded whole"><summary>${title}<span>${names}</span></summary>${drawn(folded)}</details></section>`;
  }
  const rest =
    folded.length === 0
      ? ""
      : `<details class="folded"><summary>${folded.length} more</summary>${drawn(folded)}</details>`;
  return `${start}${title}${drawn(shown)}${rest}</section>`;
}

function row([key, { names, arg, docs, preset }]: Row, { presets }: Offer): string {
  const name = escapeHtml(names[0] ?? key);
  const leaves = preset
    ? [{ path: key, name: "", kind: "several", of: presets } as const]
    : leavesOf(arg.shape, key);
  return `<fieldset class="row" data-option="${key}"><legend>${name}</legend>
<button type="button" class="clear" data-clear hidden>Clear<span class="unseen"> ${name}</span></button>
<p class="docs">${escapeHtml(docs)}</p>
<div class="leaves">${leaves.map((leaf) => control(leaf, name)).join("")}</div>
<p class="bad" role="alert"></p></fieldset>`;
}

/** `title` names the option: a control without a name of its own has that one. */
function control(leaf: Leaf, title: string): string {
  const name = escapeHtml(leaf.name === "" ? title : `${title}, ${leaf.name}`);
  const id = `leaf-${leaf.path}`;
  const label =
    leaf.name === ""
      ? ""
      : `<span class="field" aria-hidden="true">${escapeHtml(leaf.name.replace(/[A-Z]/g, " $&").toLowerCase())}</span>`;
  const marks = `id="${escapeHtml(id)}" aria-label="${name}"`;
  const inside = ((): string => {
    switch (leaf.kind) {
      case "number":
        return `${leaf.slide ? slider(leaf.slide, name) : ""}<input type="number" ${marks} step="any" inputmode="${leaf.whole ? "numeric" : "decimal"}" placeholder="–">`;
      case "flag":
        return leaf.name === ""
          ? select(
              [
                ["1", "on"],
                ["0", "off"],
              ],
              marks,
            )
          : `<input type="checkbox" value="1" ${marks}>`;
      case "choice":
        return select(
          leaf.of.map((word) => [word, word]),
          marks,
        );
      case "compass":
        return compass(leaf.of, id, name);
      case "several":
        return leaf.of.map((word) => chip(word, "checkbox", id)).join("");
      case "color":
        return `<input type="color" value="#ffffff" aria-label="${name}, picked"><input type="text" ${marks} placeholder="hex" maxlength="6" size="7" autocomplete="off" spellcheck="false">`;
      default:
        return `<input type="text" ${marks} autocomplete="off" spellcheck="false">`;
    }
  })();
  return `<div class="leaf ${leaf.kind}" data-leaf="${leaf.kind}">${label}${inside}</div>`;
}

const slider = ({ min, max, step, rest }: Slide, name: string): string =>
  `<input type="range" min="${min}" max="${max}" step="${step}" value="${rest}" data-rest="${rest}" aria-label="${name}, slider">`;

const select = (of: readonly (readonly [value: string, word: string])[], marks: string): string =>
  `<select ${marks}><option value="">–</option>${of
    .map(([value, word]) => `<option value="${escapeHtml(value)}">${escapeHtml(word)}</option>`)
    .join("")}</select>`;

const chip = (word: string, type: "checkbox" | "radio", id: string): string =>
  `<label class="chip"><input type="${type}" name="${escapeHtml(id)}" value="${escapeHtml(word)}"><span>${escapeHtml(word)}</span></label>`;

/** Places as they lie on a map, and whatever else a gravity can be behind them. */
const MAP = ["nowe", "no", "noea", "we", "ce", "ea", "sowe", "so", "soea"];

function compass(of: readonly string[], id: string, name: string): string {
  const others = of.filter((word) => !MAP.includes(word));
  const places = MAP.map((word) => chip(word, "radio", id)).join("");
  return `<div class="places" role="radiogroup" aria-label="${name}"><div class="map">${places}</div>${others.map((word) => chip(word, "radio", id)).join("")}</div>`;
}
