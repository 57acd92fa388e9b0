/** The gallery's script for the browser: it measures both pictures of each card and adds up what is saved. */

/**
 * Pictures of one pixel: a browser that decodes one names its format in the Accept header of its pictures. A fetch has to
 * be told, because its own Accept header is only a star.
 */
export const ONE_PIXEL = {
  "image/jxl": "/woAEBBQXAgIAgEAHABLGIsVggMA",
  "image/avif":
    "AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAAA+gABAAAAAAAAABwAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABhdjAxAAAAAA5waXRtAAAAAAABAAAAVmlwcnAAAAA4aXBjbwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAAAAEAAAABAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMAAAAkbWRhdBIACgc4AAaQENBpMg8f8mKE4AAWAACQNY48ftw=",
  "image/webp": "UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEADMDOJaQAA3AA/uxnAAA=",
};

/** Runs as a module in the page; without it the page still shows every picture. */
export const GALLERY_SCRIPT = `
const ONE_PIXEL = ${JSON.stringify(ONE_PIXEL)};
const WORDS = { "image/svg+xml": "SVG", "image/jpeg": "JPEG", "image/webp": "WebP", "image/jxl": "JPEG XL" };
const MINUS = "\\u2212", GAP = "\\u2009", TIMES = " \\u00d7 ";

const find = (node, name) => node.querySelector("[data-" + name + "]");
const cards = [...document.querySelectorAll("[data-card]")];
const totals = { before: 0, after: 0 };

const size = (bytes) => {
  const [amount, unit] = bytes < 1e3 ? [bytes, "B"] : bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  const digits = unit !== "B" && amount < 10 ? 1 : 0;
  return amount.toFixed(unit === "MB" ? 1 : digits) + GAP + unit;
};

const change = (before, after) => {
  const percent = 100 - (100 * after) / before;
  const digits = percent > 99 && percent < 100 ? 1 : 0;
  return (percent < 0 ? "+" : MINUS) + Math.abs(percent).toFixed(digits) + GAP + "%";
};

const format = (type) => WORDS[type] ?? type.replace("image/", "").toUpperCase();

const fact = (text) => Object.assign(document.createElement("span"), { textContent: text });

const decodes = async ([type, bytes]) => {
  const picture = new Image();
  picture.src = "data:" + type + ";base64," + bytes;
  return picture.decode().then(() => [type], () => []);
};

const accepted = Promise.all(Object.entries(ONE_PIXEL).map(decodes)).then((types) =>
  [...types.flat(), "image/svg+xml", "image/*", "*/*;q=0.8"].join(","),
);

const loaded = (picture) =>
  picture.complete
    ? Promise.resolve()
    : new Promise((resolve) => {
        picture.addEventListener("load", resolve, { once: true });
        picture.addEventListener("error", resolve, { once: true });
      });

async function measure(card, side) {
  const picture = find(card, side);
  const facts = find(picture.closest("figure"), "facts");
  await loaded(picture);
  const answer = await fetch(picture.src, { headers: { accept: await accepted } });
  if (!answer.ok) {
    facts.textContent = answer.status + " " + (await answer.text()).slice(0, 80);
    facts.classList.add("failed");
    return undefined;
  }
  const { byteLength } = await answer.arrayBuffer();
  const type = (answer.headers.get("content-type") ?? "").split(";")[0];
  const pixels = picture.naturalWidth + TIMES + picture.naturalHeight;
  facts.replaceChildren(...[format(type), pixels, size(byteLength)].map(fact));
  return byteLength;
}

async function fill(card) {
  const [before, after] = await Promise.all([measure(card, "before"), measure(card, "after")]);
  if (before === undefined || after === undefined) return;
  find(card, "saving").textContent = change(before, after);
  find(card, "scale").style.width = Math.min(100, (100 * after) / before) + "%";
  card.classList.add("measured");
  totals.before += before;
  totals.after += after;
  find(document, "total-before").textContent = size(totals.before);
  find(document, "total-after").textContent = size(totals.after);
  find(document, "total-saving").textContent = change(totals.before, totals.after).replace(MINUS, "");
  find(document, "total-scale").style.width = (100 * totals.after) / totals.before + "%";
}

for (const button of document.querySelectorAll("[data-copy]")) {
  // Without a clipboard (a page over plain HTTP on another host) there is nothing to offer.
  button.hidden = navigator.clipboard === undefined;
  button.addEventListener("click", async () => {
    const told = await navigator.clipboard.writeText(location.origin + button.dataset.copy).then(
      () => "Copied",
      () => "Not allowed",
    );
    const words = button.textContent;
    button.textContent = told;
    setTimeout(() => (button.textContent = words), 1500);
  });
}

await Promise.all(cards.map((card) => fill(card).catch(() => undefined)));
document.documentElement.dataset.measured = "yes";
`;
