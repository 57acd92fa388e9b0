/** The look of our pages: silver and japanned iron, one green of oxidised copper, the system's own fonts. */

export const BASE = `
:root {
  color-scheme: light dark;
  --ground: #eff0ef; --ink: #17191a; --soft: #565d5f; --line: #d2d6d5; --raised: #f8f9f8; --green: #1e6757;
  --iron: linear-gradient(150deg, #26292a, #151718 55%, #202324); --serif: P052, "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1011; --ink: #e5e8e7; --soft: #9ba3a4; --line: #2b2f30; --raised: #171919; --green: #84c9b5;
    --iron: linear-gradient(150deg, #222526, #181a1b 55%, #1f2223);
  }
}
* { box-sizing: border-box; margin: 0; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { background: var(--ground); color: var(--ink); font: 1rem/1.55 var(--sans); padding: 0 clamp(1.1rem, 4vw, 3rem); }
body > * { max-width: 70rem; margin-inline: auto; }
h1, h2 { font-family: var(--serif); font-weight: 500; letter-spacing: -0.012em; text-wrap: balance; }
p { text-wrap: pretty; }
code { font-family: var(--mono); font-size: 0.86em; font-variant-ligatures: none; }
a { color: inherit; text-decoration-color: var(--green); text-decoration-thickness: 1px; text-underline-offset: 0.2em; }
:focus-visible { outline: 2px solid var(--green); outline-offset: 3px; border-radius: 2px; }
.top { padding: 1.6rem 0; }
.brand { display: inline-flex; align-items: center; gap: 0.7rem; font: 500 1.15rem/1 var(--serif); text-decoration: none; letter-spacing: 0.01em; }
.mark { display: block; height: 1.75rem; width: auto; }
.mark .lens { fill: var(--green); }
.segments { display: flex; flex-wrap: wrap; gap: 0.7rem 0; min-width: 0; }
.segment { display: flex; flex-direction: column; padding-right: 0.9rem; min-width: 0; }
.segment code { overflow-wrap: anywhere; color: var(--soft); padding-bottom: 0.3rem; }
.segment.asks code { color: var(--green); }
.gloss { border-top: 1px solid var(--line); padding: 0.3rem 0 0; font-size: 0.78rem; line-height: 1.35; color: var(--soft); margin-right: -0.5rem; padding-right: 0.5rem; }
.segment.asks .gloss { border-color: var(--green); color: var(--ink); }
@media (max-width: 40rem) {
  .segments { display: block; border-bottom: 1px solid var(--line); }
  .segment { flex-direction: row; justify-content: space-between; align-items: baseline; gap: 1.2rem; padding: 0.45rem 0; border-top: 1px solid var(--line); }
  .segment code { padding: 0; }
  .gloss { flex: none; max-width: 55%; border: 0; margin: 0; padding: 0; text-align: right; }
}
`;

const GALLERY = `
.hero { padding: clamp(1.5rem, 5vw, 3.5rem) 0 clamp(2.5rem, 6vw, 4.5rem); }
.hero h1 { font-size: clamp(2.1rem, 5.4vw, 3.7rem); line-height: 1.06; max-width: 17em; }
.lede { color: var(--soft); font-size: clamp(1rem, 1.6vw, 1.13rem); max-width: 40rem; margin-top: 1.2rem; }
.total { margin-top: clamp(2rem, 4.5vw, 3.2rem); }
.figures { display: flex; flex-wrap: wrap; gap: 0.8rem clamp(1.6rem, 5vw, 3.6rem); margin-bottom: 1.1rem; }
.figures > span { display: flex; flex-direction: column-reverse; }
.figures small { font-size: 0.83rem; color: var(--soft); }
.figures b { font: 400 clamp(1.75rem, 4.4vw, 2.6rem)/1.15 var(--serif); font-variant-numeric: lining-nums; white-space: nowrap; }
.won b { color: var(--green); }
.scale { height: 3px; background: var(--line); }
.scale span { display: block; height: 100%; width: 0; background: var(--green); transition: width 0.7s cubic-bezier(0.2, 0.7, 0.2, 1); }
.total .scale { height: 6px; }
.cards { list-style: none; padding: 0; display: grid; gap: clamp(3.5rem, 8vw, 6rem); }
.card { display: grid; grid-template-columns: 1fr auto; gap: 0 1.5rem; align-items: end; min-width: 0; }
.about h2 { font-size: clamp(1.4rem, 2.6vw, 1.8rem); line-height: 1.2; }
.about p { color: var(--soft); margin-top: 0.25rem; max-width: 44rem; }
.saving { font: 400 clamp(1.4rem, 2.8vw, 2rem)/1.2 var(--serif); font-variant-numeric: lining-nums tabular-nums; color: var(--green); white-space: nowrap; }
.pair { grid-column: 1 / -1; display: grid; grid-template-columns: 1fr 1fr; gap: clamp(0.75rem, 2vw, 1.5rem); margin: 1.2rem 0 0.9rem; }
figure { min-width: 0; }
.plate { display: grid; place-items: center; aspect-ratio: 3 / 2; padding: clamp(0.75rem, 2.2vw, 1.6rem); background: var(--iron);
  --cut: clamp(0.6rem, 1.4vw, 1rem);
  clip-path: polygon(var(--cut) 0, calc(100% - var(--cut)) 0, 100% var(--cut), 100% calc(100% - var(--cut)), calc(100% - var(--cut)) 100%, var(--cut) 100%, 0 calc(100% - var(--cut)), 0 var(--cut)); }
.plate:focus-visible { outline: 0; box-shadow: inset 0 0 0 3px var(--green); }
.plate img { display: block; max-width: 100%; max-height: 100%; min-height: 0; object-fit: contain; color: #9ba3a4; font-size: 0.85rem; }
figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; margin-top: 0.65rem; font-size: 0.85rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.label { color: var(--ink); }
.facts { display: inline-flex; flex-wrap: wrap; }
.facts span { white-space: nowrap; }
.facts span:nth-child(2)::before, .facts span:nth-child(3)::before { content: "\\00a0\\00b7\\00a0"; }
.after .facts { color: var(--green); }
.facts.failed { color: inherit; overflow-wrap: anywhere; }
.card > .scale { grid-column: 1 / -1; }
.url { grid-column: 1 / -1; display: flex; justify-content: space-between; align-items: flex-start; gap: 1.5rem; margin-top: 1.1rem; }
button { flex: none; font: inherit; font-size: 0.8rem; line-height: 1; color: var(--ink); background: transparent; border: 1px solid var(--line); border-radius: 3px; padding: 0.55rem 0.75rem; cursor: pointer; min-width: 6.2rem; }
button:hover { border-color: var(--soft); background: var(--raised); }
.empty, .rest { color: var(--soft); max-width: 40rem; }
.rest { margin-top: 3rem; }
footer { margin-top: clamp(4rem, 9vw, 7rem); padding: 1.5rem 0 3rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.85rem; }
footer p { max-width: 44rem; }
@media (max-width: 40rem) {
  .plate { aspect-ratio: 1; padding: 0.7rem; }
  .url { display: block; }
  .url button { margin-top: 0.9rem; }
  figcaption { display: block; font-size: 0.8rem; }
  .label { display: block; }
  .facts span:last-child { flex-basis: 100%; }
  .facts span:last-child::before { content: none; }
}
@media (scripting: none) { .total, .card > .scale { display: none; } }
@media (prefers-reduced-motion: reduce) { .scale span { transition: none; } }
`;

const LANDING = `
body { min-height: 100vh; min-height: 100svh; display: grid; grid-template-rows: auto 1fr auto; }
body > * { width: 100%; max-width: 52rem; }
main { align-self: center; padding: 2rem 0; }
h1 { font-size: clamp(2.4rem, 7vw, 4.4rem); line-height: 1.04; }
.lede { color: var(--soft); font-size: clamp(1.02rem, 1.8vw, 1.18rem); max-width: 36rem; margin-top: 1.3rem; }
.segments { margin-top: clamp(2.2rem, 6vw, 3.5rem); }
.links { display: flex; flex-wrap: wrap; gap: 0.8rem 1.6rem; margin-top: clamp(2.2rem, 6vw, 3.5rem); align-items: center; }
.go { color: var(--ground); background: var(--ink); text-decoration: none; padding: 0.8rem 1.25rem; font-size: 0.95rem; line-height: 1;
  clip-path: polygon(0.45rem 0, calc(100% - 0.45rem) 0, 100% 0.45rem, 100% calc(100% - 0.45rem), calc(100% - 0.45rem) 100%, 0.45rem 100%, 0 calc(100% - 0.45rem), 0 0.45rem); }
.go:hover, .go:focus-visible { background: var(--green); outline: 0; }
footer { padding: 1.5rem 0 2rem; color: var(--soft); font-size: 0.85rem; }
`;

export const GALLERY_STYLE = BASE + GALLERY;
export const LANDING_STYLE = BASE + LANDING;
