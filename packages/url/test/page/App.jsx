import { useRef, useState } from "react";
import { Image, Picture } from "@tintype/url/react";

/** One of everything, as a page would have it. `pictures` is what a back end hands out: capabilities, and no key. */
export function App({ pictures }) {
  const { peaks, room, dogs, fig, clock, nuthatch, dandelion, cut, logo, missing, imported, shelf } =
    pictures;
  return (
    <main>
      <header>
        <Picture
          id="hero"
          capability={peaks}
          layout="full"
          width={16}
          height={7}
          sizes="100vw"
          priority
          color="#7d8894"
          alt="Peaks"
        />
      </header>
      <h1>Developed while you wait</h1>
      <section className="columns">
        <figure>
          <Image
            id="room"
            capability={room}
            width={400}
            height={300}
            color="#4a3a2c"
            alt="A room at evening"
          />
          <figcaption>Constrained, in a column</figcaption>
        </figure>
        <figure>
          <Picture id="dogs" capability={dogs} width={400} height={300} blur alt="Two dogs" />
          <figcaption>Constrained, over the smallest rung</figcaption>
        </figure>
        <figure>
          <Image id="imported" src={imported} alt="A clock" />
          <figcaption>Imported by a build</figcaption>
        </figure>
      </section>
      <section className="card">
        <div className="cover">
          <Image
            id="cover"
            capability={nuthatch}
            fill
            sizes="(min-width: 700px) 50vw, 100vw"
            alt="A nuthatch"
          />
        </div>
        <div>
          <Image
            id="face"
            className="face"
            capability={fig}
            layout="fixed"
            width={64}
            height={64}
            alt="A fig"
          />
          <p>A fixed one stands beside text, a cover fills its card, and this sentence never moves.</p>
          <Image
            id="shelf"
            capability={shelf}
            path="dandelion.jpg"
            width={240}
            height={135}
            alt="A dandelion"
          />
          <Picture id="cut" capability={cut} aspect={1} width={120} height={120} alt="A dandelion, square" />
          <Image id="logo" capability={logo} width={120} height={120} color="#c33" blur alt="A ring" />
        </div>
      </section>
      <section className="columns">
        <figure>
          <Image
            id="gone"
            capability={missing}
            width={400}
            height={300}
            color="#334"
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
            fallback={dandelion}
            alt="Another"
          />
          <figcaption>Missing: a picture stands in</figcaption>
        </figure>
        <figure>
          <Image
            id="hopeless"
            capability={missing}
            width={400}
            height={300}
            fallback="/nowhere.jpg"
            alt="Both are gone"
          />
          <figcaption>Missing, and so is what should stand in</figcaption>
        </figure>
        <figure>
          <Image
            id="plain"
            capability={missing}
            width={400}
            height={300}
            fallback={false}
            alt="Without a script"
          />
          <figcaption>Missing, and without a script</figcaption>
        </figure>
      </section>
      <Swap before={missing} after={fig} />
      <p id="end">The end.</p>
    </main>
  );
}

/** Shows another picture on demand, and says what its handlers and its ref have seen. */
function Swap({ before, after }) {
  const [capability, setCapability] = useState(before);
  const [loads, setLoads] = useState(0);
  const [errors, setErrors] = useState(0);
  const element = useRef(null);
  const swap = () => {
    element.current.dataset.seen = "yes";
    setCapability(after);
  };
  return (
    <section className="columns">
      <figure>
        <Image
          id="swapped"
          ref={element}
          capability={capability}
          width={240}
          height={120}
          onLoad={() => setLoads((now) => now + 1)}
          onError={() => setErrors((now) => now + 1)}
          alt="First one, then another"
        />
        <figcaption>
          <button onClick={swap}>Another</button> <output>{`${loads} loads, ${errors} errors`}</output>
        </figcaption>
      </figure>
    </section>
  );
}
