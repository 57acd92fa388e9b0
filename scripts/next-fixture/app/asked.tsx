"use client";
import { Image } from "@tintype/url/react";
import { useEffect, useState } from "react";

/** A picture whose capability a route hands out when it is asked. */
export function Asked({ name }: { name: string }) {
  const [capability, setCapability] = useState<string>();
  useEffect(() => {
    void fetch(`/api/pictures/${name}`)
      .then(async (response) => (await response.json()) as { capability: string })
      .then((answer) => setCapability(answer.capability));
  }, [name]);
  if (capability === undefined) return <div className="waiting" />;
  return <Image id="asked" capability={capability} width={400} height={300} alt="A nuthatch" />;
}
