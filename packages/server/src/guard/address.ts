import ipaddr from "ipaddr.js";

/**
 * What an address is to a server that connects on a stranger's word. `loopback`, `link-local` and `private` can be
 * permitted by settings; `special` is never connected to.
 */
export type AddressClass = "public" | "loopback" | "link-local" | "private" | "special";

/** Which addresses besides public ones may be connected to. */
export interface AddressPolicy {
  /** 127.0.0.0/8 and ::1, and with them the unspecified 0.0.0.0 and ::, which reach the same host. */
  readonly allowLoopback: boolean;
  readonly allowLinkLocal: boolean;
  /** RFC 1918, carrier-grade NAT and fc00::/7. */
  readonly allowPrivate: boolean;
  /** Further addresses and CIDR blocks that are refused whatever their class. */
  readonly deny: readonly string[];
}

type Bytes = readonly number[];

interface Block {
  readonly bytes: Bytes;
  readonly bits: number;
}

interface Row extends Block {
  readonly class: AddressClass;
}

/** The block that an address or a CIDR text names; throws a plain Error where it names none. */
function block(cidr: string): Block {
  const [address = "", length, ...more] = cidr.split("/");
  const bytes = parse(address) ?? [];
  const most = bytes.length * 8;
  const bits = /^\d{1,3}$/.test(length ?? "0") ? Number(length ?? most) : Infinity;
  if (most > 0 && bits <= most && more.length === 0) return { bytes, bits };
  throw new Error(`expected an address or a CIDR block such as 10.1.0.0/16, got ${JSON.stringify(cidr)}`);
}

const rows = (table: readonly (readonly [cidr: string, type: AddressClass])[]): readonly Row[] =>
  table.map(([cidr, type]) => ({ ...block(cidr), class: type }));

/** IANA's special-purpose IPv4 registry, multicast, and the metadata services of clouds; the first match counts. */
const IPV4 = rows([
  ["0.0.0.0/32", "loopback"],
  ["0.0.0.0/8", "special"],
  ["10.0.0.0/8", "private"],
  ["100.100.100.200/32", "special"],
  ["100.64.0.0/10", "private"],
  ["127.0.0.0/8", "loopback"],
  ["168.63.129.16/32", "special"],
  ["169.254.0.0/16", "link-local"],
  ["172.16.0.0/12", "private"],
  ["192.0.0.0/24", "special"],
  ["192.0.2.0/24", "special"],
  ["192.31.196.0/24", "special"],
  ["192.52.193.0/24", "special"],
  ["192.88.99.0/24", "special"],
  ["192.168.0.0/16", "private"],
  ["192.175.48.0/24", "special"],
  ["198.18.0.0/15", "special"],
  ["198.51.100.0/24", "special"],
  ["203.0.113.0/24", "special"],
  ["224.0.0.0/24", "link-local"],
  ["224.0.0.0/4", "special"],
  ["240.0.0.0/4", "special"],
]);

/** The same for IPv6. Only 2000::/3 is given out to hosts, so what no row names is special. */
const IPV6 = rows([
  ["::/128", "loopback"],
  ["::1/128", "loopback"],
  ["fd00:ec2::/32", "special"],
  ["fd20:ce::254/128", "special"],
  ["fc00::/7", "private"],
  ["fe80::/10", "link-local"],
  ["ff02::/16", "link-local"],
  ["2001::/23", "special"],
  ["2001:db8::/32", "special"],
  ["2002::/16", "special"],
  ["2620:4f:8000::/48", "special"],
  ["3ffe::/16", "special"],
  ["3fff::/20", "special"],
  ["2000::/3", "public"],
  ["::/0", "special"],
]);

interface Disguise {
  readonly within: Block;
  /** For each IPv4 address that may be meant: where its four bytes lie. */
  readonly at: readonly Bytes[];
  /** Teredo writes the client's address with every bit turned over. */
  readonly inverted?: true;
}

const LAST_FOUR = [12, 13, 14, 15] as const;

/** The prefixes whose addresses stand for an IPv4 address. */
const DISGUISES: readonly Disguise[] = [
  { within: block("::ffff:0:0/96"), at: [LAST_FOUR] },
  { within: block("::ffff:0:0:0/96"), at: [LAST_FOUR] },
  { within: block("::/96"), at: [LAST_FOUR] },
  { within: block("2002::/16"), at: [[2, 3, 4, 5]] },
  { within: block("64:ff9b::/96"), at: [LAST_FOUR] },
  // RFC 6052, section 2.2: the four prefix lengths that fit in the block; byte 8 is skipped.
  {
    within: block("64:ff9b:1::/48"),
    at: [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], LAST_FOUR],
  },
  { within: block("2001::/32"), at: [[4, 5, 6, 7]] },
  { within: block("2001::/32"), at: [LAST_FOUR], inverted: true },
];

function lies({ bytes: wanted, bits }: Block, bytes: Bytes): boolean {
  if (bytes.length !== wanted.length) return false;
  return wanted.every((byte, index) => {
    const counted = Math.min(8, Math.max(0, bits - index * 8));
    const mask = (0xff << (8 - counted)) & 0xff;
    return ((bytes[index] ?? 0) & mask) === (byte & mask);
  });
}

/** The bytes of an address in its plain notation; other notations, such as octal parts, are not understood. */
function parse(address: string): Bytes | undefined {
  const [text = ""] = address.split("%", 1);
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text).toByteArray();
  if (!/^[\da-f:]+(\d+\.\d+\.\d+\.\d+)?$/i.test(text) || !ipaddr.IPv6.isValid(text)) return undefined;
  const dotted = /[^:]*\.[^:]*$/.exec(text);
  if (dotted && !ipaddr.IPv4.isValidFourPartDecimal(dotted[0])) return undefined;
  return ipaddr.IPv6.parse(text).toByteArray();
}

/** ISATAP (RFC 5214) may stand under any prefix; its mark is in the interface identifier. */
const isIsatap = (bytes: Bytes): boolean =>
  ((bytes[8] ?? 0) & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;

/** Every IPv4 address that an IPv6 address may stand for. */
function hiddenIn(bytes: Bytes): readonly Bytes[] {
  if (bytes.length === 4 || classOf(IPV6, bytes) === "loopback") return [];
  const hidden = DISGUISES.filter(({ within }) => lies(within, bytes)).flatMap(({ at, inverted }) =>
    at.map((places) => places.map((place) => (bytes[place] ?? 0) ^ (inverted ? 0xff : 0))),
  );
  return isIsatap(bytes) ? [...hidden, bytes.slice(12)] : hidden;
}

const classOf = (table: readonly Row[], bytes: Bytes): AddressClass =>
  table.find((row) => lies(row, bytes))?.class ?? "public";

function judge(bytes: Bytes): AddressClass {
  if (bytes.length === 4) return classOf(IPV4, bytes);
  const outer = classOf(IPV6, bytes);
  const inner = new Set(hiddenIn(bytes).map((hidden) => classOf(IPV4, hidden)));
  if (inner.size === 0) return outer;
  // A disguise is never public: nobody needs one to reach a public address. It counts as what it hides where that
  // is one thing and the prefix around it has no other meaning of its own.
  const [first = "special"] = inner;
  if (inner.size > 1 || first === "public") return "special";
  const isNeutral = outer === "public" || DISGUISES.some(({ within }) => lies(within, bytes));
  return isNeutral || outer === first ? first : "special";
}

/** The class of an address; text that is no address is `special`. IPv4 hidden in IPv6 is judged as well. */
export function classify(address: string): AddressClass {
  const bytes = parse(address);
  return bytes === undefined ? "special" : judge(bytes);
}

/** Tells whether an address may be connected to. Throws a plain Error where `deny` holds what is no CIDR block. */
export function admitsAddress(policy: AddressPolicy): (address: string) => boolean {
  const admitted: Readonly<Record<AddressClass, boolean>> = {
    public: true,
    loopback: policy.allowLoopback,
    "link-local": policy.allowLinkLocal,
    private: policy.allowPrivate,
    special: false,
  };
  const deny = policy.deny.map(block);
  return (address) => {
    const bytes = parse(address);
    if (bytes === undefined || !admitted[judge(bytes)]) return false;
    return ![bytes, ...hiddenIn(bytes)].some((layer) => deny.some((entry) => lies(entry, layer)));
  };
}
