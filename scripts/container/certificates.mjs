/** Certificates that this machine trusts beyond the usual ones, where a proxy of its own stands before the registries. */
import { existsSync } from "node:fs";

export const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** For a stand-in of a base image only: nothing of it is in what is built. */
export const trusting = () => (existsSync(CERTIFICATES) ? [[CERTIFICATES, CERTIFICATES]] : []);
