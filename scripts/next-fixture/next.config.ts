import { createCapabilities } from "@tintype/url/sign";
import type { NextConfig } from "next";

const { IMAGE_ENDPOINT: endpoint = "", IMAGE_KEY: key = "" } = process.env;
const place = "local:///*";

const config: NextConfig = {
  images: { loader: "custom", loaderFile: "./image-loader.ts" },
  env: {
    NEXT_PUBLIC_TINTYPE_CAPABILITY: createCapabilities({ endpoint, key, kid: 1 }).sign(place, {
      widths: [16, 3840],
      formats: ["auto"],
    }),
  },
};

export default config;
