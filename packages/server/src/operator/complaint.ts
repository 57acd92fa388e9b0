import type { Reply } from "../message.ts";

/** What is wrong with a request to the operator's listener; `message` is for who sent it. */
export class Complaint extends Error {
  override readonly name = "Complaint";
  readonly status: number;
  readonly code: string;
  readonly headers: Reply["headers"];

  constructor(status: number, code: string, message: string, headers: Reply["headers"] = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}
