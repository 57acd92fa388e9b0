/** The look of the playground: that of our other pages, and a colour for each stage. */
import { STAGES } from "@tintype/url";
import { BASE } from "../style.ts";

/** As far apart on the wheel as so many colours can be; lightness and chroma are the theme's, so that each can be read. */
const TINTS = STAGES.map(
  (stage, place) =>
    `[data-stage="${stage}"] { --tint: oklch(var(--tint-light) var(--tint-chroma) ${Math.round(20 + (360 * place) / STAGES.length)}); }`,
).join("\n");

const FRAME = `
:root { --tint-light: 0.47; --tint-chroma: 0.13; --well: #e4e6e5; --check: #d9dcdb; --bad: #a3291d; --tint: var(--soft); }
@media (prefers-color-scheme: dark) { :root { --tint-light: 0.8; --tint-chroma: 0.11; --well: #181a1a; --check: #212424; --bad: #f0a398; } }
body { padding: 0 clamp(1rem, 2.4vw, 2.2rem) 4rem; }
body > * { max-width: 112rem; }
[hidden] { display: none !important; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.top { display: flex; align-items: center; gap: 1.1rem; padding: 1.1rem 0; }
.top h1 { font-size: 1.15rem; line-height: 1; color: var(--soft); padding-left: 1.1rem; border-left: 1px solid var(--line); }
.top nav { margin-left: auto; font-size: 0.9rem; }
h2 { font-size: 1.15rem; line-height: 1.2; }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 0.6rem 1rem; }
.note { padding: 0.7rem 0.9rem; border-left: 3px solid var(--bad); background: var(--raised); font-size: 0.9rem; margin-bottom: 1rem; }
.bad { color: var(--bad); font-size: 0.82rem; overflow-wrap: anywhere; }
.bad:empty { display: none; }
main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.4rem clamp(1.4rem, 2.4vw, 2.4rem); }
main > * { min-width: 0; }
button, select, input[type=text], input[type=number], textarea { font: inherit; font-size: 0.82rem; color: var(--ink); background: transparent; border: 1px solid var(--line); border-radius: 3px; }
button, .tools a { white-space: nowrap; line-height: 1; padding: 0.5rem 0.7rem; cursor: pointer; }
button:hover:enabled { border-color: var(--soft); background: var(--raised); }
button:disabled { color: var(--soft); opacity: 0.55; cursor: default; }
button[aria-pressed=true] { border-color: var(--green); color: var(--green); }
input[type=text], input[type=number], select { height: 2rem; padding: 0 0.5rem; min-width: 0; }
select { background: var(--ground); }
input::placeholder { color: var(--soft); opacity: 1; }
input[type=number] { appearance: textfield; font-variant-numeric: tabular-nums; text-align: right; }
input[type=number]::-webkit-inner-spin-button { appearance: none; margin: 0; }
.chip { display: inline-flex; position: relative; cursor: pointer; font-size: 0.82rem; line-height: 1; }
.chip input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; }
.chip span { padding: 0.5rem 0.65rem; border: 1px solid var(--line); border-radius: 3px; color: var(--soft); }
.chip:hover span { color: var(--ink); }
.chip input:checked + span { color: var(--ink); border-color: var(--ink); }
.chip input:focus-visible + span { outline: 2px solid var(--green); outline-offset: 2px; }
`;

const PICTURES = `
.picker { display: flex; flex-wrap: wrap; align-items: center; gap: 0.7rem 1.2rem; }
.strip { display: flex; gap: 0.45rem; overflow-x: auto; padding: 4px; margin: -4px; scrollbar-width: thin; }
.strip button { flex: none; padding: 0; border: 0; border-radius: 3px; width: 3rem; height: 3rem; background: var(--well); overflow: hidden; opacity: 0.75; }
.strip button:hover { opacity: 1; }
.strip button[aria-pressed=true] { opacity: 1; box-shadow: 0 0 0 2px var(--ground), 0 0 0 4px var(--green); }
.strip img { display: block; width: 100%; height: 100%; object-fit: cover; }
.other { display: flex; flex: 1 1 20rem; gap: 0.5rem; min-width: 0; }
.from { flex: 1 1 auto; display: flex; min-width: 0; }
.from input[type=text] { flex: 1; width: 100%; height: auto; min-height: 2rem; font-family: var(--mono); font-size: 0.78rem; }
.file { position: relative; flex: none; display: inline-flex; }
.file input { position: absolute; inset: 0; width: 100%; opacity: 0; cursor: pointer; font-size: 0; }
.file span { font-size: 0.82rem; line-height: 1; padding: 0.55rem 0.75rem; border: 1px solid var(--line); border-radius: 3px; }
.file:hover span { border-color: var(--soft); background: var(--raised); }
.file input:focus-visible + span { outline: 2px solid var(--green); outline-offset: 2px; }
.views { display: flex; align-items: center; gap: 0.4rem; margin-bottom: 0.7rem; }
.saving { margin-left: auto; font: 400 1.5rem/1 var(--serif); font-variant-numeric: lining-nums; color: var(--green); }
.sides { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: clamp(0.6rem, 1.4vw, 1.2rem); }
.viewer[data-view=swipe] .sides { grid-template-columns: minmax(0, 1fr); }
.viewer[data-view=swipe] .original { order: 1; }
.viewer[data-view=swipe] .original .frame, .viewer[data-view=swipe] .original .tools { display: none; }
.viewer[data-view=swipe] .original figcaption { margin-top: 0; min-height: 0; }
.frame { container-type: size; display: grid; place-items: center; height: clamp(15rem, 52vh, 38rem); background: var(--well); border-radius: 4px; }
.sheet { position: relative; display: block; line-height: 0; background: repeating-conic-gradient(var(--check) 0 25%, var(--well) 0 50%) 0 0 / 18px 18px; }
.sheet img { max-width: 100cqw; max-height: 100cqh; transition: opacity 0.15s; }
.sheet img:not([src]) { display: none; }
.side[data-state=waiting] .sheet img { opacity: 0.55; }
.side[data-state=failed] .sheet img { opacity: 0.15; }
figcaption { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 0.9rem; margin-top: 0.6rem; font-size: 0.82rem; color: var(--soft); font-variant-numeric: tabular-nums; min-height: 2.1rem; }
.label { color: var(--ink); font-weight: 500; }
.facts { display: flex; flex-wrap: wrap; }
.facts span { white-space: nowrap; }
.facts span:not(:last-child)::after { content: "\\00a0\\00b7\\00a0"; }
.facts .failed { white-space: normal; color: var(--bad); overflow-wrap: anywhere; }
.result .facts { color: var(--green); }
.tools { display: flex; gap: 0.4rem; margin-left: auto; }
.tools a:not([href]) { display: none; }
.tools a, .tools button { font-size: 0.78rem; line-height: 1; padding: 0.4rem 0.6rem; border: 1px solid var(--line); border-radius: 3px; text-decoration: none; color: var(--ink); }
.tools button[aria-pressed=true] { color: var(--green); border-color: var(--green); }
.reference, .handle, .side-name { display: none; }
.viewer[data-view=swipe] .side-name { display: block; position: absolute; top: 0.6rem; z-index: 1; padding: 0.3rem 0.5rem; border-radius: 3px; font-size: 0.75rem; line-height: 1; color: #fff; background: rgb(0 0 0 / 0.6); pointer-events: none; }
.side-name:first-of-type { left: 0.6rem; } .side-name:last-of-type { right: 0.6rem; }
.viewer[data-view=swipe] .sheet { --knob: 2.2rem; --edge: calc(var(--knob) / 2 + (100% - var(--knob)) * var(--at, 50) / 100); }
.viewer[data-view=swipe] .reference { display: block; position: absolute; inset: 0; width: 100%; height: 100%; clip-path: inset(0 calc(100% - var(--edge)) 0 0); }
.viewer[data-view=swipe] .handle { display: block; position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; appearance: none; background: none; cursor: ew-resize; touch-action: pan-y; }
.viewer[data-view=swipe] .sheet::after { content: ""; position: absolute; inset: 0 auto 0 var(--edge); width: 2px; margin-left: -1px; background: #fff; box-shadow: 0 0 0 1px rgb(0 0 0 / 0.35); pointer-events: none; }
.handle::-webkit-slider-thumb { appearance: none; width: 2.2rem; height: 2.2rem; border-radius: 50%; background: #fff; border: 1px solid rgb(0 0 0 / 0.35); position: relative; z-index: 1; }
.handle::-moz-range-thumb { width: 2.2rem; height: 2.2rem; border-radius: 50%; background: #fff; border: 1px solid rgb(0 0 0 / 0.35); box-sizing: border-box; }
.handle:focus-visible { outline-offset: -4px; }
.original .sheet { cursor: crosshair; overflow: hidden; }
.original .sheet img { user-select: none; }
.cut { position: absolute; cursor: move; touch-action: none; border: 1px solid #fff; box-shadow: 0 0 0 1px rgb(0 0 0 / 0.5), 0 0 0 200rem rgb(0 0 0 / 0.5); }
.cut:focus-visible { outline: 2px solid #fff; outline-offset: -5px; }
.corner { position: absolute; width: 2.2rem; height: 2.2rem; }
.corner::after { content: ""; position: absolute; inset: calc(50% - 0.3rem); background: #fff; box-shadow: 0 0 0 1px rgb(0 0 0 / 0.5); }
.nw { left: -1.1rem; top: -1.1rem; cursor: nwse-resize; } .ne { right: -1.1rem; top: -1.1rem; cursor: nesw-resize; }
.sw { left: -1.1rem; bottom: -1.1rem; cursor: nesw-resize; } .se { right: -1.1rem; bottom: -1.1rem; cursor: nwse-resize; }
.point, .point:hover:enabled { position: absolute; width: 2.2rem; height: 2.2rem; margin: -1.1rem; padding: 0; border: 0; border-radius: 50%; background: none; cursor: grab; touch-action: none; }
.point::after { content: ""; position: absolute; inset: 0.55rem; border: 2px solid #fff; border-radius: 50%; box-shadow: 0 0 0 1px rgb(0 0 0 / 0.6), inset 0 0 0 1px rgb(0 0 0 / 0.6); }
.point:focus-visible { outline: 2px solid #fff; outline-offset: -4px; border-radius: 50%; }
.welcome { display: none; position: fixed; inset: 0; max-width: none; z-index: 9; place-items: center; background: color-mix(in srgb, var(--ground) 82%, transparent); font: 500 2rem/1 var(--serif); pointer-events: none; }
.dropping .welcome { display: grid; }
`;

const ADDRESS = `
.typed { display: grid; background: var(--raised); border: 1px solid var(--line); border-radius: 4px; }
.typed:focus-within { border-color: var(--green); box-shadow: 0 0 0 1px var(--green); }
.typed > * { grid-area: 1 / 1; font: 400 0.95rem/1.7 var(--mono); font-variant-ligatures: none; letter-spacing: 0; padding: 0.75rem 0.9rem; margin: 0; border: 0; white-space: pre-wrap; overflow-wrap: anywhere; min-width: 0; }
.typed code { font: inherit; }
.typed textarea { width: 100%; height: 100%; resize: none; overflow: hidden; background: none; color: transparent; caret-color: var(--ink); outline: 0; }
.typed textarea::selection { background: color-mix(in srgb, var(--green) 28%, transparent); color: transparent; }
.typed [data-stage] { color: var(--tint); }
.typed [data-stage=signature], .typed [data-stage=source] { color: var(--soft); }
.typed [data-stage=unknown] { color: var(--bad); text-decoration: underline wavy 1px; }
.under { display: flex; justify-content: space-between; align-items: flex-start; gap: 1rem; margin-top: 0.55rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; font-size: 0.78rem; color: var(--soft); padding-top: 0.3rem; }
.legend span::before { content: ""; display: inline-block; width: 0.6rem; height: 0.6rem; margin-right: 0.4rem; border-radius: 1px; background: var(--tint); }
.legend [data-stage=unknown]::before { background: var(--bad); }
.address .bad { margin-top: 0.3rem; }
`;

const OPTIONS = `
.controls { font-size: 0.85rem; }
.group { padding: 0.8rem 0; border-top: 1px solid var(--line); accent-color: var(--tint); }
.controls .head { padding-bottom: 0.9rem; }
.group h3 { flex: none; font: 500 0.82rem/1 var(--sans); color: var(--tint); display: flex; align-items: center; gap: 0.5rem; }
.group > h3 { margin-bottom: 0.8rem; }
.group h3::before { content: ""; width: 0.6rem; height: 0.6rem; border-radius: 1px; background: var(--tint); }
.row { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 0.25rem 0.6rem; border: 0; padding: 0; margin: 0 0 1rem; min-width: 0; }
.row legend { float: left; padding: 0; font-family: var(--mono); font-size: 0.8rem; min-height: 1.5rem; line-height: 1.5rem; }
.row.set legend { color: var(--tint); }
.row .clear { border: 0; padding: 0.3rem 0.4rem; margin: -0.1rem -0.4rem 0 0; font-size: 0.75rem; color: var(--soft); }
.row .clear:hover:enabled { color: var(--ink); background: none; }
.row .docs { grid-column: 1 / -1; order: 3; font-size: 0.76rem; line-height: 1.4; color: var(--soft); }
.row .leaves { grid-column: 1 / -1; order: 2; display: grid; grid-template-columns: repeat(auto-fill, minmax(8.4rem, 1fr)); gap: 0.4rem 0.7rem; align-items: end; }
.row .leaf:only-child, .leaf.several { grid-column: 1 / -1; }
.leaf.compass { grid-row: span 2; align-content: start; }
.row .bad { grid-column: 1 / -1; order: 4; }
.leaf { display: grid; grid-template-columns: minmax(0, 1fr) 4.4rem; align-items: center; gap: 0.1rem 0.6rem; min-width: 0; }
.leaf > :only-child, .leaf > .field, .leaf > .field + :last-child { grid-column: 1 / -1; }
.leaf .field { font-size: 0.74rem; color: var(--soft); }
.leaf.color { grid-template-columns: 2.4rem minmax(0, 1fr); }
.leaf.color input[type=color] { width: 2.4rem; height: 2rem; padding: 0; border: 1px solid var(--line); border-radius: 3px; background: none; }
.leaf.flag { display: flex; gap: 0.5rem; }
.leaf.flag input { flex: none; width: 1.15rem; height: 1.15rem; margin: 0.4rem 0; order: -1; }
.leaf input[type=text], .leaf select { width: 100%; }
.leaf.several { display: flex; flex-wrap: wrap; gap: 0.35rem; }
.places { display: grid; grid-template-columns: auto auto; grid-auto-flow: column; grid-template-rows: 1fr 1fr; justify-content: start; align-items: center; gap: 0.35rem; }
.map { grid-row: 1 / -1; display: grid; grid-template-columns: repeat(3, 1.7rem); grid-auto-rows: 1.7rem; border: 1px solid var(--line); border-radius: 3px; padding: 1px; }
.map .chip span { flex: 1; padding: 0; border: 0; font-size: 0; display: flex; align-items: center; justify-content: center; }
.map .chip { display: flex; }
.map .chip span::before { content: ""; width: 0.35rem; height: 0.35rem; border-radius: 50%; background: var(--soft); opacity: 0.6; }
.map .chip:hover span::before { opacity: 1; }
.map .chip input:checked + span::before { width: 0.85rem; height: 0.85rem; background: var(--tint); opacity: 1; }
.controls .chip input:checked + span { border-color: var(--tint); color: var(--tint); }
.folded.whole summary { display: flex; gap: 0.8rem; align-items: baseline; list-style: none; }
.folded.whole summary::-webkit-details-marker { display: none; }
.folded.whole summary span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
.folded.whole summary::after { content: "+"; margin-left: auto; }
.folded.whole[open] summary::after { content: "\\2212"; }
.folded.whole[open] summary span { visibility: hidden; }
.group > .row:last-child, .group .folded .row:last-child { margin-bottom: 0.2rem; }
.folded summary { cursor: pointer; color: var(--soft); font-size: 0.78rem; line-height: 1.6; overflow-wrap: anywhere; }
.folded summary:hover { color: var(--ink); }
.folded[open] summary { margin-bottom: 0.8rem; }
.controls input[type=range] { width: 100%; height: 2rem; margin: 0; appearance: none; background: none; cursor: pointer; }
.controls input[type=range]::-webkit-slider-runnable-track { height: 2px; background: var(--line); }
.controls input[type=range]::-moz-range-track { height: 2px; background: var(--line); }
.controls input[type=range]::-webkit-slider-thumb { appearance: none; width: 1rem; height: 1rem; margin-top: -7px; border-radius: 50%; background: var(--ground); border: 2px solid var(--soft); }
.controls input[type=range]::-moz-range-thumb { width: 1rem; height: 1rem; box-sizing: border-box; border-radius: 50%; background: var(--ground); border: 2px solid var(--soft); }
.set input[type=range]::-webkit-slider-thumb { background: var(--tint); border-color: var(--tint); }
.set input[type=range]::-moz-range-thumb { background: var(--tint); border-color: var(--tint); }
`;

const BELOW = `
.tiles { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: clamp(0.5rem, 1.4vw, 1.2rem); margin-top: 0.8rem; }
.tile { display: grid; grid-template-rows: auto auto auto; padding: 0; border: 0; border-radius: 4px; text-align: left; background: none; min-width: 0; }
.tile:hover:enabled { background: none; }
.tile .thumb { display: block; height: 8.5rem; background: var(--well); border-radius: 4px; overflow: hidden; }
.tile[aria-pressed=true] .thumb { box-shadow: 0 0 0 2px var(--ground), 0 0 0 4px var(--green); }
.tile img { display: block; width: 100%; height: 100%; object-fit: cover; transition: opacity 0.15s; }
.tile img:not([src]) { display: none; }
.tile[data-state=waiting] img { opacity: 0.5; }
.tile[data-state=failed] img { opacity: 0.1; }
.tile .what { display: flex; flex-wrap: wrap; gap: 0.25rem 0.7rem; padding: 0.6rem 0 0.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; color: var(--ink); }
.tile b { font-weight: 500; }
.tile .time { color: var(--soft); margin-left: auto; }
.tile.least [data-amount] { color: var(--green); }
.tile .bar { display: block; height: 3px; background: var(--line); position: relative; }
.tile .bar::after { content: ""; position: absolute; inset: 0 auto 0 0; width: calc(100% * var(--share, 0)); background: var(--soft); transition: width 0.3s; }
.tile.least .bar::after { background: var(--green); }
.tabs { display: flex; flex-wrap: wrap; gap: 0.35rem; }
.code { position: relative; margin-top: 0.8rem; }
.code pre { font: 0.82rem/1.6 var(--mono); background: var(--raised); border: 1px solid var(--line); border-radius: 4px; padding: 0.85rem 5.5rem 0.85rem 0.95rem; overflow: auto; max-height: 20rem; min-height: 3.6rem; }
.code pre code { font-size: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
.code button { position: absolute; top: 0.6rem; right: 0.6rem; background: var(--ground); }
@media (min-width: 64rem) {
  main { grid-template-columns: minmax(0, 1fr) 22rem; grid-template-rows: auto auto auto auto 1fr; }
  main > * { grid-column: 1; }
  .controls { grid-column: 2; grid-row: 1 / -1; position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 0.4rem 0.8rem 3rem 1.4rem; margin-right: -0.8rem; border-left: 1px solid var(--line); scrollbar-width: thin; }
}
@media (max-width: 40rem) {
  html { scroll-padding-top: 52svh; }
  .top { gap: 0.7rem; }
  .top h1 { padding-left: 0.7rem; }
  .viewer { position: sticky; top: 0; z-index: 2; background: var(--ground); margin: 0 -1rem; padding: 0.5rem 1rem 0.3rem; border-bottom: 1px solid var(--line); }
  .frame { height: 23svh; }
  .views { margin-bottom: 0.5rem; }
  figcaption { margin-top: 0.4rem; font-size: 0.75rem; gap: 0.2rem 0.5rem; align-content: start; }
  .tools { margin-left: 0; }
  .typed > * { font-size: 0.82rem; }
  .tile .thumb { height: 5.5rem; }
  .tile .time { margin-left: 0; flex-basis: 100%; }
  .code pre { padding-right: 0.95rem; padding-top: 3.6rem; max-height: none; }
}
@media (pointer: coarse) {
  button, .chip span, .file span, .tools a, .tools button { padding-block: 0.7rem; }
  .row .clear { padding-block: 0.5rem; }
  .map { grid-template-columns: repeat(3, 2.3rem); grid-auto-rows: 2.3rem; }
  .map .chip span { padding: 0; }
  .strip button { padding: 0; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) { .chip input:checked + span { outline: 2px solid; } }
`;

export const PLAYGROUND_STYLE: string = BASE + FRAME + PICTURES + ADDRESS + OPTIONS + BELOW + TINTS;
