import type { Config } from "./config/settings.ts";
import { cloudflare } from "./edge/cloudflare.ts";
import { cloudfront } from "./edge/cloudfront.ts";
import { edgeTag, sourceTag, type Edge } from "./edge/edge.ts";
import { fastly } from "./edge/fastly.ts";
import type { Reply } from "./message.ts";

/** The CDNs that are told of purges. */
export function openEdges({ edge }: Config): Edge[] {
  const { cloudfrontDistribution: distribution, cloudflareZone: zone, fastlyService: service } = edge;
  return [
    ...(distribution === ""
      ? []
      : [
          cloudfront({
            distribution,
            ...(edge.cloudfrontEndpoint !== "" && { endpoint: edge.cloudfrontEndpoint }),
          }),
        ]),
    ...(zone === ""
      ? []
      : [cloudflare({ zone, token: edge.cloudflareToken, endpoint: edge.cloudflareEndpoint })]),
    ...(service === "" ? [] : [fastly({ service, token: edge.fastlyToken, endpoint: edge.fastlyEndpoint })]),
  ];
}

/** Headers that tags are read from, and what parts them (contract http.md, section 4). */
const HEADERS = {
  cloudfront: ["x-amz-meta-cache-tag", ","],
  cloudflare: ["Cache-Tag", ","],
  fastly: ["Surrogate-Key", " "],
} as const;

/** Says in headers what a picture is called in a purge: by its own tags, and by its source where a CDN is told of purges. */
export function tagHeaders({ cache: { tagsFormat }, edge }: Config) {
  const isTold = edge.cloudfrontDistribution + edge.cloudflareZone + edge.fastlyService !== "";
  const formats = Object.entries(HEADERS).filter(([name]) => tagsFormat === "all" || tagsFormat === name);
  return (source: string, tags: readonly string[]): Reply["headers"] => {
    const all = [...tags.map(edgeTag), ...(isTold ? [sourceTag(source)] : [])];
    if (all.length === 0) return {};
    return Object.fromEntries(formats.map(([, [name, mark]]) => [name, all.join(mark)]));
  };
}
