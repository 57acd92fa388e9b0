import { capabilityFor } from "../../../../capabilities/pictures";

const PUBLIC = new Set(["nuthatch", "clock"]);

/** Hands out what a browser may choose of a picture; who may see it is decided here. */
export async function GET(_request: Request, { params }: { params: Promise<{ name: string }> }) {
  const { name } = await params;
  if (!PUBLIC.has(name)) return Response.json({ error: "no such picture" }, { status: 404 });
  return Response.json({ capability: capabilityFor(name) });
}
