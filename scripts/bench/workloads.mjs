/**
 * What is measured: the same pictures asked of the server by URL and of sharp by calls. The calls are those that the
 * server's renderers make for such a URL, settings and their defaults included; what else the server does is overhead.
 */

const jpeg = (pipeline) => pipeline.jpeg({ quality: 80, progressive: false, chromaSubsampling: "4:2:0" });
const webp = (pipeline) => pipeline.webp({ quality: 79, effort: 4, preset: "default" });
const avif = (pipeline) => pipeline.avif({ quality: 63, effort: 2, chromaSubsampling: "4:2:0", bitdepth: 8 });

/** `times` is how often a round goes through the samples: about a second of two cores each. */
export const WORKLOADS = [
  {
    name: "fit 800 to JPEG",
    options: "rs:fit:800:800/f:jpeg",
    box: { width: 800, height: 800, fit: "inside" },
    encode: jpeg,
    times: 12,
  },
  {
    name: "fill 400 x 400 to WebP",
    options: "rs:fill:400:400/f:webp",
    box: { width: 400, height: 400, fit: "cover" },
    encode: webp,
    times: 10,
  },
  {
    name: "fit 1200 to AVIF",
    options: "rs:fit:1200:1200/f:avif",
    box: { width: 1200, height: 1200, fit: "inside" },
    encode: avif,
    times: 1,
  },
  {
    name: "thumbnails of 144",
    options: "rs:fit:144:144/f:jpeg",
    box: { width: 144, height: 144, fit: "inside" },
    encode: jpeg,
    times: 30,
  },
];

/** The picture of a workload, by sharp alone. */
export const draw = (sharp, bytes, { box, encode }) =>
  encode(
    sharp(bytes, { failOn: "truncated", limitInputPixels: false })
      // The server keeps author and rights; for sharp alone the nearest is to keep the block that they are in.
      .keepExif()
      .resize({ ...box, kernel: "lanczos3", fastShrinkOnLoad: false }),
  ).toBuffer();
