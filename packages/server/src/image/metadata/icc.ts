/** What the header of the "sRGB IEC61966-2.1" profile says, by offset (ICC.1:2010, table 17). */
const PLAIN_SRGB: readonly (readonly [offset: number, value: Buffer])[] = [
  [8, Buffer.from([2, 0x10])],
  [16, Buffer.from("RGB ", "latin1")],
  // 1998-02-09: year, month and day as 16-bit numbers. The time of day is not looked at.
  [24, Buffer.from([0x07, 0xce, 0, 2, 0, 9])],
  [48, Buffer.from("IEC ", "latin1")],
  [52, Buffer.from("sRGB", "latin1")],
  [80, Buffer.from("HP  ", "latin1")],
];

/** True where the profile is the plain sRGB that most pictures carry, so that no conversion would change a pixel. */
export function isPlainSrgb(icc: Uint8Array): boolean {
  return PLAIN_SRGB.every(([offset, value]) => value.equals(icc.subarray(offset, offset + value.length)));
}
