/** What a key would be read out of. */
const SENTENCE =
  "@tintype/url/sign holds a signing key, so it must not run in a browser: sign on the server, and give the browser a capability";

/** Throws in a browser, its workers included; a page that a test draws inside Node is none. */
export function refuseBrowser(): void {
  const { process, navigator, document, importScripts } = globalThis as unknown as Record<
    string,
    Partial<Record<"versions" | "userAgent", unknown>> | undefined
  >;
  // What stands in for Node in a bundle has an empty table of versions.
  if ((process?.versions as { readonly node?: string } | undefined)?.node) return;
  const agent = navigator?.userAgent;
  if (document || (importScripts && typeof agent === "string" && agent.startsWith("Mozilla/")))
    throw new Error(SENTENCE);
}
