import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type AddressClass, type AddressPolicy, admitsAddress, classify } from "./address.ts";
import { createGate } from "./gate.ts";

const STRICT: AddressPolicy = { allowLoopback: false, allowLinkLocal: false, allowPrivate: false, deny: [] };

/** At least the first, a middle and the last address of each block, and its neighbours where those are public. */
const IPV4: Readonly<Record<AddressClass, readonly string[]>> = {
  public: [
    "1.0.0.0",
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
  ],
  loopback: ["0.0.0.0", "127.0.0.0", "127.0.0.1", "127.1.2.3", "127.255.255.255"],
  "link-local": [
    "169.254.0.0",
    "169.254.169.254",
    "169.254.170.2",
    "169.254.255.255",
    "224.0.0.1",
    "224.0.0.251",
  ],
  private: [
    "10.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.168.0.0",
    "192.168.1.1",
    "192.168.255.255",
    "100.64.0.0",
    "100.127.255.255",
  ],
  special: [
    "0.0.0.1",
    "0.255.255.255",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.0",
    "192.0.0.192",
    "192.0.0.255",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.175.48.1",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.1.0",
    "239.255.255.255",
    "240.0.0.0",
    "255.255.255.255",
  ],
};

const IPV6: Readonly<Record<AddressClass, readonly string[]>> = {
  public: [
    "2000::",
    "2001:200::1",
    "2001:db7:ffff::1",
    "2001:db9::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2606:4700:4700::1111",
    "2620:4f:7fff::1",
    "2620:4f:8001::1",
    "3ffd::1",
    "3fff:1000::1",
  ],
  loopback: ["::", "::1", "0:0:0:0:0:0:0:1", "0000::0001", "::0:1"],
  "link-local": ["fe80::1", "fe80::1%eth0", "FE80::1", "febf:ffff::1", "ff02::1", "ff02::fb"],
  private: ["fc00::1", "fd00::1", "fd12:3456:789a::1", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  special: [
    "::2",
    "::ffff:0:0:0:0",
    "100::1",
    "100:0:0:1::1",
    "1fff:ffff::1",
    "2001::1",
    "2001:1::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:30::1",
    "2001:db8::1",
    "2001:db8:ffff::1",
    "2001:1ff:ffff::1",
    "2002:808:808::1",
    "2620:4f:8000::1",
    "3ffe::1",
    "3fff::1",
    "3fff:fff::1",
    "4000::1",
    "5f00::1",
    "64:ff9a::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe00::1",
    "fec0::1",
    "feff::1",
    "ff01::1",
    "ff05::2",
    "ff0e::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  ],
};

const NONSENSE = [
  "",
  " ",
  "example.com",
  "localhost",
  "127.1",
  "127.0.0.1 ",
  " 127.0.0.1",
  "0127.0.0.1",
  "0x7f.0.0.1",
  "2130706433",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.256",
  "1.2.3.-4",
  "1.2.3.4/8",
  "1.2.3.4:80",
  ":",
  ":::",
  "1::2::3",
  "::g",
  "[::1]",
  "::ffff:1.2.3",
  "::ffff:0177.0.0.1",
  "::ffff:010.0.0.1",
  "::ffff:127.0.0.01",
  "::ffff:0x7f.0.0.1",
  "::1.2.3.4.5",
  "12345::",
  "1:2:3:4:5:6:7:8:9",
  "١٢٧.0.0.1",
  "127.0.0.1\0",
  "::1\n",
  "::/0",
];

const entries = (table: Readonly<Record<AddressClass, readonly string[]>>): [string, AddressClass][] =>
  // Object.entries widens its keys, which are the classes.
  Object.entries(table).flatMap(([type, list]) =>
    list.map((a): [string, AddressClass] => [a, type as AddressClass]),
  );

const partsOf = (ipv4: string): [number, number, number, number] => {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split(".").map(Number);
  return [a, b, c, d];
};
const hex = (...bytes: number[]): string => bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Every spelling in which an IPv6 address can stand for `ipv4`. */
function disguises(ipv4: string): string[] {
  const [a, b, c, d] = partsOf(ipv4);
  const [high, low] = [hex(a, b), hex(c, d)];
  const [highInverted, lowInverted] = [hex(a ^ 255, b ^ 255), hex(c ^ 255, d ^ 255)];
  return [
    `::ffff:${ipv4}`,
    `::ffff:${high}:${low}`,
    `0:0:0:0:0:ffff:${high}:${low}`,
    `::FFFF:${high}:${low}`,
    `::ffff:0:${high}:${low}`,
    `2002:${high}:${low}::`,
    `2002:${high}:${low}::1`,
    `64:ff9b::${ipv4}`,
    `64:ff9b::${high}:${low}`,
    `64:ff9b:1:${high}:${hex(0, c)}:${hex(d, 0)}::`,
    `64:ff9b:1:${hex(0, a)}:${hex(0, b)}:${hex(c, d)}::`,
    `64:ff9b:1:0:${hex(0, a)}:${hex(b, c)}:${hex(d, 0)}:0`,
    `64:ff9b:1::${high}:${low}`,
    `2001:0:${high}:${low}::1`,
    `2001:0:4136:e378:8000:63bf:${highInverted}:${lowInverted}`,
    `2606:4700::5efe:${high}:${low}`,
    `2606:4700::200:5efe:${high}:${low}`,
    `fe80::5efe:${high}:${low}`,
    `fd00::200:5efe:${high}:${low}`,
  ];
}

/** Every spelling that the URL parser takes for `ipv4`. */
function spellings(ipv4: string): string[] {
  const parts = partsOf(ipv4);
  const [a, b, c, d] = parts;
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  const wide = ipv4.replace(/[\d.]/g, (x) => (x === "." ? "。" : String.fromCodePoint(0xff10 + Number(x))));
  return [
    ipv4,
    `${ipv4}.`,
    String(number),
    `0x${number.toString(16)}`,
    `0X${number.toString(16).toUpperCase()}`,
    `0${number.toString(8)}`,
    `000000${number.toString(8)}`,
    parts.map((part) => `0x${part.toString(16)}`).join("."),
    parts.map((part) => `0${part.toString(8)}`).join("."),
    `0x${a.toString(16)}.0${b.toString(8)}.${c}.${d}`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    wide,
    ipv4.replace(/[\d.]/g, (x) => `%${x.charCodeAt(0).toString(16)}`),
  ];
}

describe("classify", () => {
  for (const [address, type] of [...entries(IPV4), ...entries(IPV6)]) {
    it(`takes ${address} for ${type}`, () => {
      assert.equal(classify(address), type);
    });
  }

  it("takes what is no address for special", () => {
    for (const text of NONSENSE) assert.equal(classify(text), "special", JSON.stringify(text));
  });

  it("never takes an address that hides another for public", () => {
    for (const [ipv4] of entries(IPV4)) {
      for (const address of disguises(ipv4)) assert.notEqual(classify(address), "public", address);
    }
  });

  it("takes a mapped or translated address for what it hides, so that the same setting permits it", () => {
    const cases = [
      ["::ffff:127.0.0.1", "loopback"],
      ["::ffff:10.0.0.1", "private"],
      ["::ffff:169.254.169.254", "link-local"],
      ["64:ff9b::10.0.0.1", "private"],
      ["::10.0.0.1", "private"],
      ["fd00::5efe:10.0.0.1", "private"],
      ["::ffff:8.8.8.8", "special"],
      ["64:ff9b::8.8.8.8", "special"],
      ["2001:0:a00:1::f5ff:fffe", "private"],
      ["2001:0:808:808::f5ff:fffe", "special"],
      ["fe80::5efe:10.0.0.1", "special"],
      ["2001:db8::5efe:10.0.0.1", "special"],
    ] as const;
    for (const [address, type] of cases) assert.equal(classify(address), type, address);
  });
});

describe("the gate, asked about literal hosts", () => {
  const gate = createGate({ ...STRICT, ports: [80] });
  const isOpen = (host: string): boolean => {
    try {
      gate.check(new URL(`http://${host}/`));
      return true;
    } catch {
      return false;
    }
  };

  it("stops every spelling of every address that is not public", () => {
    let literals = 0;
    for (const [ipv4, type] of entries(IPV4)) {
      for (const host of spellings(ipv4)) {
        assert.equal(isOpen(host), type === "public", `${host} means ${ipv4}`);
        literals += 1;
      }
      for (const address of disguises(ipv4)) {
        assert.equal(isOpen(`[${address}]`), false, address);
        literals += 1;
      }
    }
    for (const [ipv6, type] of entries(IPV6)) {
      if (ipv6.includes("%")) continue;
      assert.equal(isOpen(`[${ipv6}]`), type === "public", ipv6);
      assert.equal(isOpen(`[${ipv6.toUpperCase()}]`), type === "public", ipv6);
      literals += 2;
    }
    assert.ok(literals > 2000, `${literals} literals`);
  });

  it("stops the short forms", () => {
    for (const host of ["127.1", "127.0.1", "0", "0x0", "0.0", "017700000001", "0x7f000001"]) {
      assert.ok(!URL.canParse(`http://${host}/`) || !isOpen(host), host);
    }
  });
});

describe("admitsAddress", () => {
  it("admits only what its settings permit", () => {
    const cases: readonly (readonly [keyof Omit<AddressPolicy, "deny">, AddressClass])[] = [
      ["allowLoopback", "loopback"],
      ["allowLinkLocal", "link-local"],
      ["allowPrivate", "private"],
    ];
    for (const [setting, permitted] of cases) {
      const admits = admitsAddress({ ...STRICT, [setting]: true });
      for (const [address, type] of [...entries(IPV4), ...entries(IPV6)]) {
        assert.equal(admits(address), type === "public" || type === permitted, `${setting} ${address}`);
      }
    }
  });

  it("denies what the operator denies, hidden or not", () => {
    const all = { allowLoopback: true, allowLinkLocal: true, allowPrivate: true };
    const admits = admitsAddress({
      ...all,
      deny: ["10.1.0.0/16", "8.8.8.8", "2606:4700::/32", "192.168.1.1/32"],
    });
    const denied = ["10.1.0.0", "10.1.255.255", "8.8.8.8", "2606:4700::1", "192.168.1.1", "::ffff:10.1.2.3"];
    for (const address of denied) assert.equal(admits(address), false, address);
    for (const address of ["10.2.0.0", "8.8.8.9", "2606:4701::1", "192.168.1.2"])
      assert.ok(admits(address), address);
  });
});

/** What IANA's registries list, as numbers: an oracle that shares nothing with the code but the text of the RFCs. */
const LISTED =
  `::/128 ::1/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001:db8::/32
  2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8 ::/96`.split(/\s+/);

const toNumber = (ipv6: string): bigint => {
  const [left = "", right = ""] = ipv6.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const [before, after] = [groups(left), groups(right)];
  const zeros = Array.from({ length: ipv6.includes("::") ? 8 - before.length - after.length : 0 }, () => "0");
  return [...before, ...zeros, ...after].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
};
const toText = (number: bigint): string =>
  Array.from({ length: 8 }, (_, index) => ((number >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(
    ":",
  );

const BLOCKS = LISTED.map((cidr) => {
  const [address = "", bits = ""] = cidr.split("/");
  const shift = BigInt(128 - Number(bits));
  return { start: toNumber(address), shift };
});

describe("IPv6 addresses at random", () => {
  const anywhere = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });
  const nearBlock = fc
    .tuple(fc.constantFrom(...BLOCKS), anywhere)
    .map(([{ start, shift }, random]) => start | (random & ((1n << shift) - 1n)));

  it("are public only in 2000::/3 and in no block of IANA's registry", () => {
    const property = fc.property(fc.oneof(anywhere, nearBlock), (number) => {
      const listed = BLOCKS.some(({ start, shift }) => number >> shift === start >> shift);
      const isatap = ((number >> 32n) & 0xfdffffffn) === 0x5efen;
      const expected = number >> 125n === 1n && !listed && !isatap && number >> 112n !== 0x3ffen;
      assert.equal(classify(toText(number)) === "public", expected, toText(number));
    });
    fc.assert(property, { seed: 1, numRuns: 20_000 });
  });

  it("are admitted by nobody when they hide an address that is not public", () => {
    const admits = admitsAddress(STRICT);
    const property = fc.property(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)), (parts) => {
      for (const address of disguises(parts.join("."))) assert.equal(admits(address), false, address);
    });
    fc.assert(property, { seed: 1, numRuns: 1000 });
  });
});
