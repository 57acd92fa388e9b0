/** What the codecs of this room and sharp hand to one another. */

/** A picture as bytes: 8 bits a channel, interleaved, rows top-down without padding, alpha not multiplied in. */
export interface Pixels {
  /** Exactly `width * height * channels` bytes. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1 is grey, 3 is red, green, blue, 4 is the same with alpha. */
  readonly channels: 1 | 3 | 4;
}
