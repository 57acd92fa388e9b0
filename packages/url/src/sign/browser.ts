/** What a bundler finds for a browser in place of signing: nothing to import, so the build fails, and a sentence where it does not. */
throw new Error(
  "@tintype/url/sign holds a signing key, so it must not be part of a browser's bundle: sign on the server, and give the browser a capability",
);
export {};
