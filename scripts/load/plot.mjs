/** Series as pictures: one of letters, for a terminal, and one of lines. */

const COLUMNS = 72;
const ROWS = 14;

/** A plot of letters: each line's `mark` at its values, the highest line last so that none hides it. */
export function asciiPlot(windows, lines, { top }) {
  const grid = Array.from({ length: ROWS }, () => Array.from({ length: COLUMNS }, () => " "));
  for (const { mark, value } of lines) {
    for (let column = 0; column < COLUMNS; column += 1) {
      const window = windows[Math.floor((column * windows.length) / COLUMNS)];
      const row = Math.floor((1 - Math.min(1, value(window) / top)) * (ROWS - 1));
      grid[row][column] = mark;
    }
  }
  const label = (row) => String(Math.round(top * (1 - row / (ROWS - 1)))).padStart(5);
  const legend = lines.map(({ mark, name }) => `${mark} ${name}`).join(", ");
  return [
    ...grid.map((row, index) => `${label(index)} |${row.join("")}`),
    `${" ".repeat(6)}+${"-".repeat(COLUMNS)}`,
    `${" ".repeat(7)}${legend}`,
  ].join("\n");
}

const [WIDTH, HEIGHT, MARGIN] = [900, 360, 48];

/** The same as an SVG. */
export function svgPlot(windows, lines, { top, title }) {
  const last = windows.at(-1)?.at ?? 1;
  const x = (at) => MARGIN + (at / last) * (WIDTH - 2 * MARGIN);
  const y = (value) => HEIGHT - MARGIN - (Math.min(top, value) / top) * (HEIGHT - 2 * MARGIN);
  const path = ({ value, colour }) =>
    `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${windows.map((window) => `${x(window.at).toFixed(1)},${y(value(window)).toFixed(1)}`).join(" ")}"/>`;
  const legend = ({ name, colour }, index) =>
    `<text x="${MARGIN + index * 200}" y="${HEIGHT - 10}" fill="${colour}">${name}</text>`;
  const mark = (share) =>
    `<line x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${y(share * top)}" y2="${y(share * top)}" stroke="#ddd"/><text x="${MARGIN - 6}" y="${y(share * top) + 4}" text-anchor="end">${Math.round(share * top)}</text>`;
  const minutes = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<text x="${x(share * last)}" y="${HEIGHT - MARGIN + 16}" text-anchor="middle">${((share * last) / 60).toFixed(0)} min</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${MARGIN}" y="24" font-size="14">${title}</text>
${[0, 0.25, 0.5, 0.75, 1].map(mark).join("\n")}
${minutes.join("\n")}
${lines.map(path).join("\n")}
${lines.map(legend).join("\n")}
</svg>
`;
}
