/// <reference lib="dom" />
/** The controls of the option table, to options and back. */
import {
  CodecError,
  formatSegments,
  OPTIONS,
  type AnyOption,
  type OptionName,
  type Options,
} from "@tintype/url";
import { all, need } from "./element.ts";
import { adjust, fillLeaf, follow, lock, mirror, readLeaf } from "./leaf.ts";

export interface Form {
  /** Has the controls say what the options say. */
  fill(options: Options): void;
}

interface FormSettings {
  readonly root: HTMLElement;
  readonly separator: string;
  /** `value` is undefined where the option is not asked for. */
  readonly onChange: (name: OptionName, value: unknown) => void;
}

interface Row {
  readonly name: OptionName;
  readonly element: HTMLElement;
  readonly leaves: readonly HTMLElement[];
  readonly clear: HTMLButtonElement;
}

const codecOf = (name: OptionName): AnyOption["arg"] => (OPTIONS[name] as AnyOption).arg;

/** Wires the controls that the server has drawn. */
export function openForm({ root, separator, onChange }: FormSettings): Form {
  const rows = all("[data-option]", HTMLElement, root).map(rowOf);

  root.addEventListener("input", ({ target }) => {
    const row = rows.find(({ element }) => target instanceof Node && element.contains(target));
    const leaf = row?.leaves.find((each) => target instanceof Node && each.contains(target));
    if (row === undefined || leaf === undefined) return;
    if (!follow(leaf, target)) mirror(leaf);
    const place = offsetsOf(row);
    if (place?.compass === leaf) adjust(leaf, place.offsets);
    if (place) lock(place.compass, place.offsets);
    change(row);
  });
  for (const row of rows)
    row.clear.addEventListener("click", () => {
      fillRow(row, []);
      change(row);
      need("input, select", HTMLElement, row.element).focus();
    });
  return {
    fill: (options) => {
      for (const row of rows) {
        const value: unknown = options[row.name];
        fillRow(row, value === undefined ? [] : codecOf(row.name).format(value));
        show(row, value !== undefined);
      }
    },
  };

  function change(row: Row): void {
    try {
      const value = valueOf(row, separator);
      show(row, value !== undefined);
      onChange(row.name, value);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      show(row, true, error.message);
    }
  }
}

function rowOf(element: HTMLElement): Row {
  return {
    // The server has written it from the table's own keys.
    name: element.dataset["option"] as OptionName,
    element,
    leaves: all("[data-leaf]", HTMLElement, element),
    clear: need("[data-clear]", HTMLButtonElement, element),
  };
}

/** Throws CodecError. */
function valueOf({ name, leaves }: Row, separator: string): unknown {
  const args = leaves.flatMap((leaf) => readLeaf(leaf, separator));
  const length = args.findLastIndex((arg) => arg !== "") + 1;
  if (length === 0) return undefined;
  const value: unknown = codecOf(name).parse(args.slice(0, length));
  // Says what cannot stand in a URL while the control is at hand that it was written into.
  formatSegments({ [name]: value }, separator);
  return value;
}

function fillRow(row: Row, args: readonly string[]): void {
  row.leaves.forEach((leaf, place) => fillLeaf(leaf, args, place));
  const place = offsetsOf(row);
  if (place) lock(place.compass, place.offsets);
}

/** The compass of a row and the numbers behind it. */
function offsetsOf({ leaves }: Row): { compass: HTMLElement; offsets: readonly HTMLElement[] } | undefined {
  const at = leaves.findIndex((leaf) => leaf.dataset["leaf"] === "compass");
  const compass = leaves[at];
  return compass && { compass, offsets: leaves.slice(at + 1) };
}

function show({ element, clear }: Row, isSet: boolean, complaint = ""): void {
  element.classList.toggle("set", isSet);
  element.classList.toggle("wrong", complaint !== "");
  clear.hidden = !isSet;
  need(".bad", HTMLElement, element).textContent = complaint;
  const folded = element.closest("details");
  if (isSet && folded) folded.open = true;
}
