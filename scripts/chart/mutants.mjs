/** Documents with one field too many, none of which may pass: so it is known that the schemas are strict, kind by kind. */

// Whose fields have names of the user's own.
const FREE = new Set([
  "annotations",
  "data",
  "labels",
  "limits",
  "matchLabels",
  "nodeSelector",
  "requests",
  "selector",
]);

const isObject = (value) => typeof value === "object" && value !== null;

/** Paths to every object of a document whose fields have names of the kind's own. */
function pathsIn(value, path = []) {
  if (!isObject(value)) return [];
  const inside = Object.entries(value)
    .filter(([key, child]) => !(FREE.has(key) && Object.values(child).every((leaf) => !isObject(leaf))))
    .flatMap(([key, child]) => pathsIn(child, [...path, key]));
  return Array.isArray(value) ? inside : [path, ...inside];
}

/** Copies of a document: one for each of its objects, with a field there that no kind has. */
export const mutantsOf = (document) =>
  pathsIn(document).map((path) => {
    const copy = structuredClone(document);
    path.reduce((value, key) => value[key], copy).reddinessProbe = {};
    return { where: [document.kind, ...path].join("."), document: copy };
  });
