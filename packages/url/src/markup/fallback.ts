/** What no text in XML may hold, halves of characters among them. */
const FORBIDDEN = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const CARD =
  "box-sizing:border-box;height:100%;padding:.5em;display:grid;place-content:center;overflow:hidden;" +
  "text-align:center;overflow-wrap:anywhere;background:#8882;color:#6b6b6b;" +
  "font:clamp(9px,8vmin,14px)/1.4 system-ui,sans-serif";

/**
 * A picture of any size that says what is missing: the alternative text on neutral ground, as a data URI. It has no size of
 * its own, so it takes the box's, and its letters are as large as a page's.
 */
export function altCard(alt: string): string {
  const text = alt.replace(FORBIDDEN, "").replace(/[&<]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `data:image/svg+xml,${encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject width="100%" height="100%">' +
      `<div xmlns="http://www.w3.org/1999/xhtml" style="${CARD}">${text}</div></foreignObject></svg>`,
  )}`;
}
