/** The page: a small magazine of photographs. Where its pictures come from is none of its business. */
import { escape } from "./img.mjs";
import { bar, measured } from "./measured.mjs";
import { PHOTOGRAPHS } from "./photographs.mjs";

// Screens with three pixels to one are given two, which look the same and weigh half:
// https://blog.twitter.com/engineering/en_us/topics/infrastructure/2019/capping-image-fidelity-on-ultra-high-resolution-devices
const ACROSS = "(min-resolution: 2.5dppx) 67vw, 100vw";
const INSET = "(min-resolution: 2.5dppx) 61vw, 92vw";

const CARD = {
  shape: [4, 5],
  sizes: "(min-width: 90rem) 27rem, 29vw",
  narrow: { shape: [4, 3], sizes: INSET },
};
const TALL = {
  shape: [2, 3],
  sizes: "(min-width: 90rem) 40rem, 44vw",
  narrow: { shape: [4, 5], sizes: INSET },
};

const PLACES = {
  peaks: {
    shape: [2, 1],
    sizes: "(min-width: 90rem) 84rem, 93vw",
    narrow: { shape: [4, 5], sizes: ACROSS },
    isFirst: true,
  },
  fig: CARD,
  clock: CARD,
  brushes: CARD,
  nuthatch: { shape: [21, 9], sizes: "100vw", narrow: { shape: [4, 5], sizes: ACROSS } },
  dogs: TALL,
  room: TALL,
  dandelion: {
    shape: [16, 9],
    sizes: "(min-width: 90rem) 84rem, 93vw",
    narrow: { shape: [1, 1], sizes: ACROSS },
  },
};

/** The whole document. `image` writes a picture, `settings` are those of the server. */
export function magazine(image, settings) {
  const figure = (name, caption = "") => {
    const credit = settings.credits.get(PHOTOGRAPHS[name].file);
    const by = `<a href="#photographs">${escape(credit.author)}</a>`;
    const words = caption === "" ? by : `${caption} <span>${by}</span>`;
    return `<figure>${image(PHOTOGRAPHS[name], PLACES[name])}<figcaption>${words}</figcaption></figure>`;
  };
  const card = (name, kicker, title, words) => `
      <article>
        ${figure(name)}
        <p class="kicker">${kicker}</p>
        <h2>${title}</h2>
        <p>${words}</p>
      </article>`;
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Ordinary Light</title>
  <meta name="description" content="A small magazine of photographs, which shows what responsive pictures save.">
  <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='4' fill='%231e6757'/%3E%3C/svg%3E">
  <link rel="stylesheet" href="/style.css">
  <link rel="stylesheet" href="/demo.css">
  <script type="module" src="/page.js"></script>
</head>
<body>
  ${bar(settings)}
  <header class="masthead wrap">
    <h1>Ordinary Light</h1>
    <p>No. 8, autumn. Eight pictures of what was in front of us.</p>
  </header>
  <main>
    <article class="lead wrap">
      ${figure("peaks")}
      <div class="words">
        <div><p class="kicker">Walking</p><h2>Above the last fence</h2></div>
        <p class="standfirst">In the Picos de Europa the track goes on for as long as the grass does. After that there are
          stones, old snow, and one cloud that has been there since breakfast.</p>
      </div>
    </article>

    <section class="cards wrap">${[
      card(
        "fig",
        "Kitchen",
        "Half a fig",
        "Red bowl, grey concrete, noon. Eaten four minutes later, with salt.",
      ),
      card(
        "clock",
        "Design",
        "The wall tells the time",
        "Somebody cut the numbers out, and the green behind them does the rest.",
      ),
      card(
        "brushes",
        "Workshop",
        "Never quite washed",
        "Each has kept a little of every colour it was ever lent to.",
      ),
    ].join("")}
    </section>

    <article class="band">
      ${figure("nuthatch")}
      <div class="words wrap">
        <div><p class="kicker">Neighbours</p><h2>Head first</h2></div>
        <p class="standfirst">No other bird here walks down a tree. The nuthatch does it all day and stops, now and then,
          to see who is watching.</p>
      </div>
    </article>

    <section class="pair wrap">
    <article>
      ${figure("dogs")}
      <div class="text">
        <p class="kicker">Street</p>
        <h2>Two at the window</h2>
        <p>The upper one hears the post before it has turned into the street. The lower one has never heard anything, but
          knows from the tail above him that it is time to look out.</p>
        <p>Between nine and a quarter past they inspect whatever there is: bicycles, a pram, the woman with the rolls. Nothing
          is barked at. They only want to have seen it.</p>
        <p>Then the curtain falls shut, and the house looks as if nobody had ever lived there.</p>
      </div>
    </article>

    <article class="turned">
      ${figure("room")}
      <div class="text">
        <p class="kicker">Rooms</p>
        <h2>Before they come</h2>
        <p>The glass is half full, and it is the only one. The drum has the best seat. In an hour there will be eleven people
          in here, and the table, which used to carry bricks, will carry elbows.</p>
        <p>For now the sun has the room to itself and goes over everything once more, like somebody who looks for dust.</p>
      </div>
    </article>
    </section>

    <article class="lead wrap">
      ${figure("dandelion")}
      <div class="words">
        <div><p class="kicker">Meadow</p><h2>Gone by Thursday</h2></div>
        <p class="standfirst">Two hundred parachutes to a stalk, all packed. What they are waiting for is a child, or wind.</p>
      </div>
    </article>
  </main>
  ${measured(settings)}
  <footer class="wrap" id="photographs">
    <h2>Photographs</h2>
    <ul>${Object.values(PHOTOGRAPHS)
      .map(({ file }) => credits(settings.credits.get(file)))
      .join("")}
    </ul>
    <p>The pictures are cut to the places that they have here. The stories are invented.</p>
  </footer>
</body>
</html>
`;
}

const credits = ({ title, author, licence, url }) =>
  `\n      <li>${escape(title)}, ${escape(author)}, <a href="${escape(url)}">${escape(licence)}</a></li>`;
