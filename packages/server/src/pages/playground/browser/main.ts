/// <reference lib="dom" />
/** The playground: one state, what is wanted; whatever changes it, everything else is shown anew from it. */
import { CodecError, UrlError, type Options } from "@tintype/url";
import { openAddress } from "./address.ts";
import { openCopyButton, openRecipes } from "./copying.ts";
import { openCut } from "./cut.ts";
import { need } from "./element.ts";
import { openForm } from "./form.ts";
import { openGlance } from "./glance.ts";
import { createLanguage, type Wanted } from "./language.ts";
import { openPicker } from "./picker.ts";
import { createShoot, place, Refusal, type Shot } from "./picture.ts";
import type { PageSettings } from "./settings.ts";
import { createSign } from "./signing.ts";
import { openSide, openViews, sameCut, weigh } from "./viewer.ts";

// Written by the server of this very page.
const settings = JSON.parse(need("#settings", HTMLScriptElement).text) as PageSettings;
const endpoint = location.origin + settings.prefix;
const language = createLanguage(settings);
const sign = createSign(settings);
const shoot = await createShoot(settings);

const FIRST: Options = { width: 800 };
const THUMB: Options = { resizingType: "fill", width: 112, height: 112, quality: 60 };
/** Long enough not to ask at every step of a slider, short enough not to be noticed. */
const PAUSE_MILLISECONDS = 120;

let wanted: Wanted = { source: settings.start, options: settings.onlyPresets ? {} : FIRST };
let url = "";
let current = new AbortController();
let originalShot: Shot | undefined;
let resultShot: Shot | undefined;
let pause: ReturnType<typeof setTimeout> | undefined;

async function urlOf(options: Options, source = wanted.source): Promise<string> {
  const path = language.write({ source, options });
  return `${endpoint}/${await sign(path)}/${path}`;
}

const original = openSide("original");
const result = openSide("result");
const reference = need("[data-reference]", HTMLImageElement);
const save = need("[data-save]", HTMLAnchorElement);
const showRecipes = openRecipes();
const views = openViews(() => void showReference(current.signal));
const address = openAddress({
  language,
  onType: (text) => void typed(text),
  onLeave: () => address.write(url),
});
const form = openForm({
  root: need("[data-controls]", HTMLElement),
  separator: settings.separator,
  onChange: (name, value) => void change({ [name]: value }),
});
const cut = openCut({
  sheet: need("[data-sheet=original]", HTMLElement),
  onChange: (changes) => void change(changes).then(() => form.fill(wanted.options)),
});
const glance = openGlance({
  onPick: (format) => void change({ format }).then(() => form.fill(wanted.options)),
});
const picker = openPicker({
  prefix: settings.prefix,
  urlOf: (source) => urlOf(settings.onlyPresets ? {} : THUMB, source),
  onPick: (source) => void want({ ...wanted, source }),
});
openCopyButton(need("[data-copy-url]", HTMLButtonElement), () => url);
need("[data-clear-all]", HTMLButtonElement).addEventListener(
  "click",
  () => void want({ ...wanted, options: {} }).then(() => form.fill({})),
);
window.addEventListener("hashchange", () => void fromHash());

/** Options that changed; undefined takes one away. */
async function change(changes: { readonly [K in keyof Options]?: Options[K] | undefined }): Promise<void> {
  const next = Object.entries({ ...wanted.options, ...changes }).filter(([, value]) => value !== undefined);
  await want({ ...wanted, options: Object.fromEntries(next) });
}

/** Shows what is wanted from now on, at the path that was typed where it was. */
async function want(next: Wanted, typedPath?: string): Promise<void> {
  const isNew = next.source !== wanted.source || originalShot === undefined;
  wanted = next;
  cut.show(isNew ? undefined : original.size(), next.options);
  try {
    const path = typedPath ?? language.write(next);
    const whole = `${endpoint}/${await sign(path)}/${path}`;
    if (wanted !== next) return;
    url = whole;
    document.documentElement.dataset["wanted"] = url;
    address.complain("");
    // What is being typed is left alone until it is done.
    if (typedPath === undefined || !address.isBeingTyped()) address.write(url);
    picker.mark(next.source);
    clearTimeout(pause);
    pause = setTimeout(() => void make(path, isNew), isNew ? 0 : PAUSE_MILLISECONDS);
  } catch (error) {
    address.complain(sentenceOf(error));
  }
}

async function typed(text: string): Promise<void> {
  try {
    const { path, ...read } = language.read(text);
    form.fill(read.options);
    await want(read, path);
  } catch (error) {
    address.complain(sentenceOf(error));
  }
}

async function fromHash(): Promise<void> {
  const path = location.hash.slice(1);
  if (path.length > 1 && url.endsWith(path)) return;
  if (path.length > 1) await typed(`/unsafe${path}`);
  if (url === "") await want(wanted);
  form.fill(wanted.options);
}

/** Asks for the pictures of what is wanted now; whatever was under way before is let go of. */
async function make(path: string, withOriginal: boolean): Promise<void> {
  // Browsers count how often this is done, so it is not done at every step of a slider.
  history.replaceState(null, "", `#/${path}`);
  current.abort();
  current = new AbortController();
  const { signal } = current;
  if (withOriginal) originalShot = undefined;
  await Promise.all([withOriginal ? makeOriginal(signal) : undefined, makeResult(signal)]);
  if (signal.aborted) return;
  weigh(originalShot, resultShot);
  cut.show(original.size(), wanted.options);
  const { options } = wanted;
  await Promise.all([
    showRecipes({
      wanted,
      urlOf,
      endpoint,
      signed: settings.signing !== "none",
      original: original.size(),
      result: result.size(),
    }),
    showReference(signal),
  ]);
  // An original is sent as it is, in whatever format it has.
  need(".glance", HTMLElement).hidden = options.raw === true;
  if (options.raw) return;
  await glance.show(options, async (each) => shoot(await urlOf(each), signal));
}

async function makeOriginal(signal: AbortSignal): Promise<void> {
  original.wait();
  try {
    const shot = await shoot(await urlOf({ raw: true }), signal);
    originalShot = shot;
    // Formats that no browser shows are shown as the server sees them.
    await original
      .show(shot)
      .catch(async () =>
        original.show({ ...shot, blob: (await shoot(await urlOf({ format: "webp" }), signal)).blob }),
      );
  } catch (error) {
    if (!signal.aborted) original.fail(error);
  }
}

async function makeResult(signal: AbortSignal): Promise<void> {
  result.wait();
  try {
    resultShot = await shoot(url, signal);
    await result.show(resultShot);
    save.href = result.image.src;
    save.download = nameOf(resultShot);
  } catch (error) {
    if (signal.aborted) return;
    resultShot = undefined;
    result.fail(error);
  }
}

/** The other side of the swipe: asked for only where it is looked at. */
async function showReference(signal: AbortSignal): Promise<void> {
  if (views.view() !== "swipe") return;
  const options = sameCut(wanted.options);
  const shot = options ? shoot(await urlOf(options), signal) : originalShot;
  if (shot) await place(reference, await shot).catch(() => undefined);
}

function nameOf({ type }: Shot): string {
  const name = wanted.source.slice(wanted.source.lastIndexOf("/") + 1).replace(/[?#].*$|\.\w+$/g, "");
  return `${name === "" ? "picture" : name}.${type.replace(/^image\//, "").replace(/\+.*$/, "")}`;
}

function sentenceOf(error: unknown): string {
  if (error instanceof UrlError || error instanceof CodecError || error instanceof Refusal)
    return error.message;
  throw error;
}

await fromHash();
document.documentElement.dataset["ready"] = "yes";
