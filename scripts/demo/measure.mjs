/** Both pages on three screens: medians of some visits, printed and written down. */
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { ENTRIES, saving, seconds, weight } from "../../demo/measured.mjs";
import { launchChromium } from "../chromium.mjs";
import { markdown } from "../load/markdown.mjs";
import { find } from "../needs.mjs";
import { giveUp, root } from "../node.mjs";
import { audit, LIGHTHOUSE_SCREENS } from "./lighthouse.mjs";
import { FAST_3G, visit } from "./visit.mjs";

/** Screens in CSS pixels, and how many of their own pixels go to one of these. */
const DEVICES = [
  { name: "Phone", width: 390, height: 844, scale: 3, isMobile: true },
  { name: "Tablet", width: 820, height: 1180, scale: 2, isMobile: true },
  { name: "Desktop", width: 1440, height: 900, scale: 1, isMobile: false },
];

const say = (line) => process.stdout.write(`${line}\n`);

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Of each figure the median over all visits. */
const medians = (visits) =>
  Object.fromEntries(Object.keys(visits[0]).map((key) => [key, median(visits.map((each) => each[key]))]));

/** Visits the pages below `url`, prints what was found and writes `demo/figures.json`. */
export async function measure(url, { rounds, lighthouse }) {
  const executablePath =
    find("chromium") ?? giveUp("Expected Chromium to be installed: node scripts/needs.mjs");
  const load = loadavg()[0].toFixed(1);
  const browser = await launchChromium();
  const devices = [];
  for (const device of DEVICES)
    devices.push({ ...device, ...(await compare(browser, url, { device, rounds })) });
  if (lighthouse.isWanted) for (const screen of LIGHTHOUSE_SCREENS) await warm(browser, url, screen);
  const version = browser.version();
  await browser.close();
  const audits = lighthouse.isWanted
    ? await audit(url, { executablePath, folder: lighthouse.folder })
    : undefined;
  const figures = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${availableParallelism()} cores, ${cpus()[0].model.trim()}, load ${load}`,
    browser: `Chromium ${version}`,
    network: FAST_3G,
    rounds,
    devices,
    ...(audits && { lighthouse: audits }),
  };
  writeFileSync(join(root, "demo/figures.json"), `${JSON.stringify(figures, null, 2)}\n`);
  say(`\n${report(figures)}`);
  if (audits) say(`\n${reportAudits(audits)}`);
}

/** A visit for the server: what it makes now it has later. */
async function warm(browser, url, screen) {
  for (const { entry } of ENTRIES) await visit(browser, `${url}/${entry}`, screen);
}

/** Visits in turns, so that whatever else the machine does falls on both. */
async function compare(browser, url, { device, rounds }) {
  const visits = { before: [], after: [] };
  await warm(browser, url, device);
  for (let round = 0; round < rounds; round += 1)
    for (const { entry } of ENTRIES) {
      visits[entry].push(await visit(browser, `${url}/${entry}`, device, FAST_3G));
      process.stderr.write(".");
    }
  return { plain: medians(visits.before), tintype: medians(visits.after) };
}

function report({ date, machine, browser, network, rounds, devices }) {
  const columns = [
    { head: "before scrolling", key: "bytesAtFirst", unit: weight },
    { head: "all pictures", key: "bytes", unit: weight },
    { head: "page loaded", key: "loadMs", unit: seconds },
    { head: "largest contentful paint", key: "lcpMs", unit: seconds },
  ];
  const rows = devices.flatMap(({ name, width, height, scale, plain, tintype }) => [
    [`${name}, ${width} x ${height}, ${scale}x: plain`, ...columns.map(({ key, unit }) => unit(plain[key]))],
    ["Tintype", ...columns.map(({ key, unit }) => unit(tintype[key]))],
    ["less", ...columns.map(({ key }) => saving(plain[key], tintype[key]))],
  ]);
  return `${date}, ${machine}, ${browser}; ${network.downMbit} Mbit/s down, ${network.upMbit} up, ${network.rttMs} ms; medians of ${rounds} visits.

${markdown(["screen", ...columns.map(({ head }) => head)], rows)}`;
}

const reportAudits = ({ version, runs }) =>
  `Lighthouse ${version}:\n\n${markdown(
    ["audit", ...runs.map(({ screen, entry }) => `${screen}, ${entry}`)],
    runs[0].audits.map(({ id }, index) => [id, ...runs.map(({ audits }) => audits[index].result)]),
  )}`;
