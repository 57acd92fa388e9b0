"use client";
import { Image } from "@tintype/url/react";
import { useState } from "react";

/** One of two pictures, chosen in the browser. */
export function Chooser({ fig, clock }: { fig: string; clock: string }) {
  const [isFig, setFig] = useState(true);
  return (
    <>
      <Image
        id="chosen"
        capability={isFig ? fig : clock}
        width={400}
        height={300}
        color="#777"
        alt={isFig ? "A fig" : "A clock"}
      />
      <figcaption>
        In the browser <button onClick={() => setFig(!isFig)}>Another</button>
      </figcaption>
    </>
  );
}
