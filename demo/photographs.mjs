/** The pictures of the magazine: what a shop keeps in its database about the files that people upload. */

/**
 * `width` and `height` are pixels as the picture is seen, after its Exif orientation. `focus` is the point that has to stay when
 * a picture is cut, as fractions of its sides from the top left.
 */
export const PHOTOGRAPHS = {
  peaks: {
    file: "peaks.jpg",
    width: 2400,
    height: 1800,
    focus: [0.62, 0.44],
    alt: "A worn track climbs a meadow towards grey peaks with old snow, one white cloud above them",
  },
  fig: {
    file: "fig.jpg",
    width: 2400,
    height: 1624,
    focus: [0.6, 0.5],
    alt: "Half a fig in a red bowl on concrete, in hard light",
  },
  clock: {
    file: "clock.jpg",
    width: 2400,
    height: 1800,
    focus: [0.62, 0.5],
    alt: "A white wall clock seen aslant, its numbers cut out so that a green wall shines through",
  },
  brushes: {
    file: "brushes.jpg",
    width: 1365,
    height: 1074,
    focus: [0.42, 0.5],
    alt: "Thick paint brushes in a jar, blue, teal, pink and ochre up to their handles",
  },
  nuthatch: {
    file: "nuthatch.jpg",
    width: 2400,
    height: 1350,
    focus: [0.47, 0.5],
    alt: "A nuthatch looks out from behind a trunk, head down",
  },
  dogs: {
    file: "two-dogs.jpg",
    width: 1598,
    height: 2400,
    focus: [0.5, 0.4],
    alt: "Two spaniels lean out of the window of a wooden house, one above the other",
  },
  room: {
    file: "evening-room.jpg",
    width: 1601,
    height: 2400,
    focus: [0.5, 0.6],
    alt: "A drum on a beanbag, behind it a low table with a bottle of wine in warm light",
  },
  dandelion: {
    file: "dandelion.jpg",
    width: 2400,
    height: 1350,
    focus: [0.3, 0.3],
    alt: "Dandelion clocks in a meadow, the nearest one lit from behind by a low sun",
  },
};
