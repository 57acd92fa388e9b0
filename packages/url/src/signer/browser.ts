/**
 * What a bundler finds for a browser in place of `imageSigner`. It asks for an export that is not there, so that the build
 * fails however it is imported, and the name of that export is the reason. A module with nothing in it would not do: webpack
 * only warns an application of what it imports in vain, and esbuild and Vite leave out what throws but is not called.
 */
// @ts-expect-error: it is not there.
export { "@tintype/url/signer holds a signing key, so it must not be part of a browser's bundle: run it on the server, and give the browser a capability" as imageSigner } from "./refusal.ts";
