import ipaddr from "ipaddr.js";

type Block = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

const blockOf = (network: string): Block => {
  if (network.includes("/")) return ipaddr.parseCIDR(network);
  const address = ipaddr.parse(network);
  return [address, address.kind() === "ipv4" ? 32 : 128];
};

/** Tells whether a peer is one of the given addresses and CIDR blocks. Throws a plain Error where one is malformed. */
export function createPeers(networks: readonly string[]): (peer: string) => boolean {
  const blocks = networks.map(blockOf);
  return (peer) => {
    if (blocks.length === 0 || !ipaddr.isValid(peer)) return false;
    const address = ipaddr.process(peer);
    return blocks.some(
      ([network, bits]) => address.kind() === network.kind() && address.match(network, bits),
    );
  };
}
