import { secretOf, type BuildSettings } from "./settings.ts";

/** One way in which a secret can be written down. */
export interface Needle {
  /** The setting that is written so. */
  readonly setting: string;
  readonly form: "hex" | "base64" | "text";
  /** A character for each byte. */
  readonly text: string;
}

/** Shorter writings are found by chance in what holds no secret. Characters. */
const SHORTEST = 12;

/** Everything to look for in what browsers get. */
export function needlesOf({ key, imgproxy }: Pick<BuildSettings, "key" | "imgproxy">): readonly Needle[] {
  const secrets = Object.entries({
    key,
    ...(imgproxy && { "imgproxy.key": imgproxy.key, "imgproxy.salt": imgproxy.salt }),
  });
  return secrets
    .flatMap(([setting, list]) =>
      // imgproxy takes several keys, old ones among them, with commas between.
      secretOf(setting, list)
        .split(",")
        .flatMap((hex) => writingsOf(setting, Buffer.from(hex.trim(), "hex"))),
    )
    .filter(({ text }) => text.length >= SHORTEST);
}

const writingsOf = (setting: string, bytes: Buffer): Needle[] => [
  { setting, form: "hex", text: bytes.toString("hex") },
  ...[0, 1, 2].flatMap((before) => {
    const text = base64At(bytes, before);
    return [text, text.replaceAll("+", "-").replaceAll("/", "_")].map((each): Needle => ({
      setting,
      form: "base64",
      text: each,
    }));
  }),
  // In a program, bytes above 127 are characters, which are written in two bytes each.
  ...[bytes, Buffer.from(bytes.toString("latin1"))].map((each): Needle => ({
    setting,
    form: "text",
    text: each.toString("latin1"),
  })),
];

/** The digits of base64 that bytes alone decide where so many others, 0 to 2, stand before them, and any behind. */
function base64At(bytes: Buffer, before: number): string {
  const digits = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
  return digits.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}
