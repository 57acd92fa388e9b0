/** What Node says of a package that is not installed. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(String(error.code));

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Loads a package that only some installations need, when it is first needed. Throws an Error whose sentence says what
 * to install, `purpose` being what for: "read s3:// sources".
 */
export async function peer<T>(name: string, purpose: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const sentence = isMissing(cause)
      ? `Install "${name}" to ${purpose}`
      : `expected "${name}" to load, got ${messageOf(cause)}`;
    throw new Error(sentence, { cause });
  }
}
