import { createBuilder } from "@tintype/url";
import { createCapabilities, sign, type Policy } from "@tintype/url/sign";

const { IMAGE_ENDPOINT: endpoint = "", IMAGE_KEY = "", IMGPROXY_KEY = "", IMGPROXY_SALT = "" } = process.env;

const capabilities = createCapabilities({ endpoint, key: IMAGE_KEY, kid: 1 });

/** What a browser may choose of a picture. */
export const capabilityFor = (name: string, policy: Partial<Policy> = {}): string =>
  capabilities.sign(`local:///${name}.jpg`, { widths: [16, 2400], ...policy });

/** URLs that are signed one by one, for components on the server. */
export const image = createBuilder({
  endpoint,
  sign: (path) => sign(path, { key: IMGPROXY_KEY, salt: IMGPROXY_SALT }),
});
