/** What a purge is about: one source, all that begin alike, all that bear a tag, or everything. */
export type Scope =
  { readonly kind: "source" | "prefix" | "tag"; readonly value: string } | { readonly kind: "all" };

/** Whether a scope reaches what was made of a source, or bears tags. */
export function concerns(
  scope: Scope,
  { source, tags }: { readonly source: string; readonly tags: readonly string[] },
): boolean {
  switch (scope.kind) {
    case "all":
      return true;
    case "source":
      return source === scope.value;
    case "prefix":
      return source.startsWith(scope.value);
    case "tag":
      return tags.includes(scope.value);
  }
}

/** Reads what somebody wrote of a scope; undefined for anything else. */
export function parseScope(written: unknown): Scope | undefined {
  const { kind, value } = (written ?? {}) as Partial<Record<"kind" | "value", unknown>>;
  if (kind === "all") return { kind };
  const isNamed = kind === "source" || kind === "prefix" || kind === "tag";
  return isNamed && typeof value === "string" && value !== "" ? { kind, value } : undefined;
}
