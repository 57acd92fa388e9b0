/**
 * What a bundler finds for a browser in place of signing: exports of a name that is nowhere, which is the sentence. The build
 * fails with it, whichever way it is imported.
 */
// @ts-expect-error: it is not there.
export { "@tintype/url/sign holds a signing key, so it must not be part of a browser's bundle: sign on the server, and give the browser a capability" as sign } from "./place.ts";
// @ts-expect-error: it is not there.
export { "@tintype/url/sign holds a signing key, so it must not be part of a browser's bundle: sign on the server, and give the browser a capability" as createCapabilities } from "./place.ts";
