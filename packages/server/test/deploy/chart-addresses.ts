/** Addresses that a policy is tried with: the edges of every block that the server has an opinion on, and others. */
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";

export const familyOf = (address: string): "ipv4" | "ipv6" => (isIPv4(address) ? "ipv4" : "ipv6");

const toNumber = (bytes: readonly number[]): bigint =>
  bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);

function toAddress(value: bigint, length: number): string {
  const bytes = Array.from({ length }, (_, index) =>
    Number((value >> BigInt(8 * (length - 1 - index))) & 255n),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

/** The first and the last address of a block, their neighbours outside, and one in its middle. */
function edgesOf(block: string): readonly string[] {
  const [address, bits] = ipaddr.parseCIDR(block);
  const bytes = address.toByteArray();
  const all = BigInt(8 * bytes.length);
  const size = 1n << (all - BigInt(bits));
  const first = toNumber(bytes);
  return [first - 1n, first, first + size / 2n, first + size - 1n, first + size]
    .filter((value) => value >= 0n && value < 1n << all)
    .map((value) => toAddress(value, bytes.length));
}

/** Blocks as the server's table of addresses has them. */
function blocks(): readonly string[] {
  const code = readFileSync(new URL("../../src/guard/address.ts", import.meta.url), "utf8");
  return [...code.matchAll(/\["([\d.]+\/\d+|[\da-f:]+\/\d+)", "/g)].map(([, block = ""]) => block);
}

let found: readonly string[] | undefined;

/** Some hundred addresses of both families. */
export const addresses = (): readonly string[] =>
  (found ??= [
    ...new Set([...blocks().flatMap(edgesOf), "8.8.8.8", "1.1.1.1", "2606:4700::1111", "169.254.169.254"]),
  ]);
