import { createHash, timingSafeEqual } from "node:crypto";
import { Complaint } from "./complaint.ts";

const BEARER = /^bearer +(.+)$/i;

const digest = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();

/**
 * Makes the check of the Authorization header. It throws a Complaint: 403 where no token is configured, which lets
 * nobody in, and 401 where another or none is given.
 */
export function createTokenCheck(token: string): (authorization: string | undefined) => void {
  const expected = digest(Buffer.from(token));
  return (authorization) => {
    if (token === "")
      throw new Complaint(
        403,
        "no_token",
        "expected a token in the setting TINTYPE_OPERATOR_TOKEN, got none: until it is set only metrics are served",
      );
    const [, given] = BEARER.exec(authorization ?? "") ?? [];
    // Node reads headers as Latin-1, clients write tokens as UTF-8.
    if (given !== undefined && timingSafeEqual(digest(Buffer.from(given, "latin1")), expected)) return;
    throw new Complaint(
      401,
      "bad_token",
      "expected Authorization: Bearer and the operator's token, got another or none",
      { "WWW-Authenticate": "Bearer" },
    );
  };
}
