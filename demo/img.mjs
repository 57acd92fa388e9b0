/** The tag of a picture, with all that both pages have in common. */

export const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Attributes that are undefined are left out. */
export const tag = (name, attributes) => {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => ` ${attribute}="${escape(value)}"`);
  return `<${name}${written.join("")}>`;
};

const percent = (fraction) => `${Math.round(fraction * 100)}%`;

/** Where CSS holds a picture that it has to cut. */
export const position = ({ focus: [x, y] }) => `${percent(x)} ${percent(y)}`;

/**
 * An `<img>` that keeps its place free before it comes. The first one on the page is asked for at once, the others when the
 * reader gets near: with plain files as well, so that the comparison is one of pictures and of nothing else.
 */
export function img(photograph, { shape, narrow, isFirst = false }, { style = "", ...attributes }) {
  const ratios = [`--shape:${shape.join("/")}`, ...(narrow ? [`--narrow:${narrow.shape.join("/")}`] : [])];
  return tag("img", {
    alt: photograph.alt,
    loading: isFirst ? undefined : "lazy",
    fetchpriority: isFirst ? "high" : undefined,
    decoding: "async",
    // Sizes before the source: browsers read in order, and some ask before they have read all.
    ...attributes,
    style: [...ratios, `object-position:${position(photograph)}`, style].filter(Boolean).join(";"),
  });
}
