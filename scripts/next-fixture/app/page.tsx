import { Image, Picture } from "@tintype/url/react";
import NextImage from "next/image";
import { capabilityFor, image } from "../capabilities/pictures";
import { Asked } from "./asked";
import { Chooser } from "./chooser";

// The keys are not there when the page is built elsewhere.
export const dynamic = "force-dynamic";

export default function Page() {
  const missing = capabilityFor("nothing");
  return (
    <main>
      <Picture
        id="hero"
        capability={capabilityFor("peaks", { aspects: ["16x7"] })}
        layout="full"
        width={16}
        height={7}
        sizes="100vw"
        priority
        color="#7d8894"
        alt="Peaks"
      />
      <h1>Pictures in Next</h1>
      <section>
        <figure>
          <Image
            id="room"
            capability={capabilityFor("evening-room")}
            width={400}
            height={300}
            blur
            alt="A room at evening"
          />
          <figcaption>On the server, a capability</figcaption>
        </figure>
        <figure>
          <Image
            id="signed"
            src="local:///two-dogs.jpg"
            image={image}
            width={400}
            height={300}
            color="#998877"
            alt="Two dogs"
          />
          <figcaption>On the server, signed one by one</figcaption>
        </figure>
        <figure>
          <Chooser
            fig={capabilityFor("fig", { aspects: ["4x3"] })}
            clock={capabilityFor("clock", { aspects: ["4x3"] })}
          />
        </figure>
        <figure>
          <Asked name="nuthatch" />
          <figcaption>Asked for at a route</figcaption>
        </figure>
        <figure>
          <NextImage id="loaded" src="/dandelion.jpg" width={400} height={225} alt="A dandelion" />
          <figcaption>next/image, a path below the shared place</figcaption>
        </figure>
        <figure>
          <NextImage id="minted" src={capabilityFor("brushes")} width={400} height={315} alt="Brushes" />
          <figcaption>next/image, a capability</figcaption>
        </figure>
        <figure>
          <Image
            id="gone"
            capability={missing}
            width={400}
            height={300}
            alt="A photograph that is no longer there"
          />
          <figcaption>Missing: its text stands in</figcaption>
        </figure>
        <figure>
          <Picture
            id="replaced"
            capability={missing}
            width={400}
            height={300}
            fallback="/stand-in.svg"
            alt="Another"
          />
          <figcaption>Missing: a picture stands in</figcaption>
        </figure>
        <figure className="cover">
          <Image id="cover" capability={capabilityFor("nuthatch")} fill fallback={false} alt="A nuthatch" />
        </figure>
      </section>
      <p id="end">The end.</p>
    </main>
  );
}
