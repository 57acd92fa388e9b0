import { createBuilder } from "@tintype/url";
import { createCapabilities, sign, type Policy } from "@tintype/url/sign";

const { TINTYPE_ENDPOINT: endpoint = "", CAPABILITY_KEY = "", URL_KEY = "", URL_SALT = "" } = process.env;

const capabilities = createCapabilities({ endpoint, key: CAPABILITY_KEY, kid: 1 });

/** What a browser may choose of a sample. */
export const capabilityFor = (name: string, policy: Partial<Policy> = {}): string =>
  capabilities.sign(`local:///${name}.jpg`, { widths: [16, 2400], ...policy });

/** URLs that are signed one by one. */
export const image = createBuilder({
  endpoint,
  sign: (path) => sign(path, { key: URL_KEY, salt: URL_SALT }),
});
