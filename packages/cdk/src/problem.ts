/** A deployment that cannot be: every complaint, one on a line, each a sentence that says what to do. */
export class DeploymentError extends Error {
  override readonly name = "DeploymentError";
  readonly complaints: readonly string[];

  constructor(complaints: readonly string[]) {
    super(complaints.join("\n"));
    this.complaints = complaints;
  }
}

/** A value as a sentence shows it. */
export const shown = (value: unknown): string =>
  value === undefined ? "none" : typeof value === "function" ? "a function" : JSON.stringify(value);
