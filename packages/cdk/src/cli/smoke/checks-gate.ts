/** Who gets in, by which way, and whether what they ask for arrives as they wrote it. */
import { isPicture, skipped, verdict, type Check, type Setting, type Verdict } from "./check.ts";
import { reasonOf } from "./ask.ts";
import { summaryOf } from "./read.ts";

/** Bytes of a target that is long and still served: CDNs and servers take 8,192. */
const LONG_BYTES = 6 * 1024;

const longPath = ({ place }: Setting): string => {
  const short = place.path().length;
  return place.path({ more: `fn:${"a".repeat(LONG_BYTES - short)}` });
};

/** A signed URL that is served only where it arrives to the byte, since the signature is made over it. */
const intact = (name: string, expected: string, path: (setting: Setting) => string): Check => ({
  name,
  expected,
  run: async (setting) => {
    if (setting.place.settings.pair === undefined)
      return skipped("only a signature tells whether a path was changed on the way: give --key and --salt");
    const answer = await setting.place.ask(setting.place.signed(path(setting)));
    return verdict(isPicture(answer), summaryOf(answer));
  },
});

/** Whether somebody who is asked past the CDN lets a picture out. */
async function backDoor({ place, pace }: Setting, origin: string): Promise<Verdict> {
  try {
    const answer = await place.askOther(origin, place.signed(place.path()), pace.direct);
    return verdict(answer.status === 403, `${origin}: ${summaryOf(answer)}`);
  } catch (error) {
    return verdict(true, `${origin}: ${reasonOf(error)}`);
  }
}

export const gateChecks: readonly Check[] = [
  {
    name: "unsigned",
    expected: "403 for a picture that nobody signed",
    run: async ({ place }) => {
      if (place.settings.pair === undefined)
        return skipped("the deployment is taken for one without keys: give --key and --salt, or --stack");
      const path = place.path();
      const signed = await place.ask(place.signed(path));
      const answer = await place.ask(place.unsigned(path));
      return verdict(
        isPicture(signed) && answer.status === 403,
        `signed ${summaryOf(signed)}; unsigned ${summaryOf(answer)}`,
      );
    },
  },
  {
    name: "long URL",
    expected: `200 for a URL of ${LONG_BYTES} bytes`,
    run: async (setting) => {
      const answer = await setting.place.ask(setting.place.signed(longPath(setting)));
      return verdict(isPicture(answer), summaryOf(answer));
    },
  },
  intact("// stays", "200 for a signed URL with two slashes in a row", ({ place }) =>
    place.path({ source: place.doubledSource() }),
  ),
  intact("%2F stays", "200 for a signed URL with an escaped slash", ({ place }) =>
    place.path({ source: place.escapedSource() }),
  ),
  {
    name: "no back door",
    expected: "the load balancer does not answer from here, or answers 403",
    run: async (setting) => {
      const { direct, directIsFront } = setting;
      if (directIsFront) return skipped("there is no CDN: the load balancer is the front door");
      if (direct === undefined)
        return skipped("nobody says where the load balancer is: give --stack or --direct");
      const seen = await Promise.all(direct.map((origin) => backDoor(setting, origin)));
      return verdict(
        seen.every(({ outcome }) => outcome === "passed"),
        seen.map(({ got }) => got).join("; "),
      );
    },
  },
  {
    name: "function at the edge",
    expected: "ComputeUtilization below 50 for a long signed URL",
    run: async (setting) => {
      const { place, utilisation } = setting;
      if (utilisation === undefined)
        return skipped("only CloudFront can say, with --stack and credentials of AWS");
      const share = await utilisation(place.signed(longPath(setting)));
      return verdict(share < 50, `ComputeUtilization ${share}`);
    },
  },
];
