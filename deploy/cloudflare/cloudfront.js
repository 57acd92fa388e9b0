// What the function for CDNs imports under this name at CloudFront: here its store is the secret TINTYPE_KEYS. Where that is
// not set, the function lets everything pass, and the server alone checks.
const cloudfront = {
  keys: undefined,
  kvs: () => ({
    get: () =>
      cloudfront.keys === undefined
        ? Promise.reject(new Error("expected the secret TINTYPE_KEYS, got none"))
        : Promise.resolve(cloudfront.keys),
  }),
};

export default cloudfront;
