/** docs/reference/formats.md: what can be read and written. */
import { FORMATS } from "../../packages/server/src/formats.ts";
import { code, link, numbered, page, table } from "./markdown.mjs";

const setting = (variable) => link(code(variable), variable, "settings.md");

const tick = (holds) => (holds ? "yes" : "");

const moves = ({ animationIn, animationOut }) =>
  [animationIn && "read", animationOut && "written"].filter(Boolean).join(", ");

const sides = ({ minSide, maxSide }) =>
  [minSide > 1 && `from ${minSide}`, maxSide > 0 && `up to ${maxSide}`].filter(Boolean).join(", ");

/** SVG is handed through or drawn, never made of pixels. */
const written = (name, { save }) => (name === "svg" ? "from SVG" : tick(save));

/** The page as Markdown. */
export const formatsPage = () =>
  page("Formats", "packages/server/src/formats.ts", [
    `The names are those that the ${link(code("format"), "format", "options.md")} option takes. What a picture is, its first
bytes decide, not its name and not what the source says of it.`,
    table(
      ["Name", "MIME type", "Extension", "Read", "Written"],
      Object.entries(FORMATS).map(([name, format]) => [
        code(name),
        code(format.mime),
        code(format.extension),
        tick(format.load),
        written(name, format),
      ]),
    ),
    "## What each can hold",
    table(
      [
        "Name",
        "Transparency",
        "Animation",
        "16 bits a channel",
        "Colour profile",
        "Quality",
        "Sides in pixels",
      ],
      Object.entries(FORMATS).map(([name, format]) => [
        code(name),
        tick(format.alpha),
        moves(format),
        tick(format.hdr),
        tick(format.icc),
        tick(format.quality),
        sides(format),
      ]),
    ),
    `A picture with transparency gets a white background where its format has none, unless
${link(code("background"), "background", "options.md")} names another. A picture that is smaller than its format takes
becomes a PNG or a JPEG; one that is larger is scaled down.`,
    "## Which one is sent",
    numbered([
      `A format that is enforced and that the client accepts: ${setting("TINTYPE_ENCODE_ENFORCE_AVIF")} and its like.`,
      `The format that the URL names, by ${code("/f:webp")} or by ${code("@webp")} behind a plain source.`,
      "The best that the client accepts, where the server offers it: AVIF before WebP, and only WebP for what moves.",
      `The source's own format, where it is one of ${setting("TINTYPE_ENCODE_PREFERRED_FORMATS")}; otherwise the first of those
that can hold the picture.`,
    ]),
    `An SVG stays SVG, rebuilt from what is harmless (${setting("TINTYPE_IMAGE_SANITIZE_SVG")}), unless a format is named or
${setting("TINTYPE_ENCODE_ALWAYS_RASTERIZE_SVG")} is set.`,
    "## Not here yet",
    `A format without "read" has no decoder in this version: a source of it is answered with 422,
${link(code("loader_missing"), "loader_missing", "errors.md")}. One without "written" has no encoder:
${link(code("format_unsaveable"), "format_unsaveable", "errors.md")}.`,
  ]);
