/** What is no magazine: the bar that changes pages, and the figures that were measured. */
import { escape } from "./img.mjs";

export const ENTRIES = [
  { entry: "before", name: "Plain files" },
  { entry: "after", name: "Through Tintype" },
];

/** Bytes as people read them, in thousands. */
export const weight = (bytes) =>
  bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
/** How much less the second number is than the first. */
export const saving = (before, after) => `${Math.round(100 * (1 - after / before))} %`;

/** The bar at the top. `lines` are the one line of each page that the other has not. */
export function bar({ entry, lines }) {
  const links = ENTRIES.map((each) => {
    const isHere = each.entry === entry ? ' aria-current="page"' : "";
    return `<a href="/${each.entry}"${isHere}>${each.name}</a>`;
  });
  return `<nav class="bar" aria-label="Demo">
    <span class="pages">${links.join("")}</span>
    <code>${escape(lines[entry])}</code>
    <span class="meter"><span>Pictures so far</span> <b data-meter>–</b></span>
  </nav>`;
}

/** The figures of `figures.json`, or how to get some. */
export function measured({ figures, lines }) {
  return `<section class="measured" id="measured"><div class="wrap">
    <h2>What this page weighs</h2>
    <p class="standfirst">One line of its code is different in its two versions. The same stories in the same places, asked for at the same moments.</p>
    <pre><code><del>${escape(lines.before)}</del>
<ins>${escape(lines.after)}</ins></code></pre>
    ${figures ? report(figures) : `<p class="how">Nothing has been measured yet: <code>npm run demo:measure</code></p>`}
  </div></section>`;
}

function report({ date, machine, browser, network, rounds, devices, lighthouse }) {
  return `<div class="devices">${devices.map(device).join("")}</div>
    <p class="how">Measured on ${escape(date)} with ${escape(browser)} on ${escape(machine)}, over a line of
      ${network.downMbit} Mbit/s with ${network.rttMs} ms round trip, nothing in the browser's cache; medians of ${rounds} visits.
      All pictures: once the reader has been to the end of the page.${lighthouse ? opinion(lighthouse) : ""}</p>`;
}

/** What Lighthouse would still save, in its own words. */
function opinion({ version, runs }) {
  const words = (entry) =>
    runs
      .find((run) => run.screen === "mobile" && run.entry === entry)
      .audits.find(({ id }) => id === "image-delivery-insight").result;
  return `\n      Lighthouse ${escape(version)} on how pictures are delivered to a phone: “${escape(words("before"))}” for plain files,
      “${escape(words("after"))}” through Tintype.`;
}

function device({ name, width, height, scale, plain, tintype }) {
  const rows = [
    ["All pictures", weight(plain.bytes), weight(tintype.bytes)],
    ["Before scrolling", weight(plain.bytesAtFirst), weight(tintype.bytesAtFirst)],
    ["Largest picture seen", seconds(plain.lcpMs), seconds(tintype.lcpMs)],
    ["Page loaded", seconds(plain.loadMs), seconds(tintype.loadMs)],
  ];
  const cells = rows.map(
    ([what, ...values]) => `<tr><th scope="row">${what}</th><td>${values.join("</td><td>")}</td></tr>`,
  );
  return `
      <section>
        <div>
          <h3>${escape(name)}</h3>
          <p class="screen">${width} × ${height}, ${scale}×</p>
          <p class="saving"><b>−${saving(plain.bytes, tintype.bytes)}</b> image bytes</p>
        </div>
        <div>
          <div class="scale" aria-hidden="true"><span></span><span style="width:${((100 * tintype.bytes) / plain.bytes).toFixed(1)}%"></span></div>
          <table>
            <thead><tr><td></td>${ENTRIES.map((each) => `<th scope="col">${each.name}</th>`).join("")}</tr></thead>
            <tbody>${cells.join("")}</tbody>
          </table>
        </div>
      </section>`;
}
