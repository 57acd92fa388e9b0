/// <reference lib="dom" />
/** Which picture: one of the server's, one at a URL, or one that is dropped into the page. */
import { all, need } from "./element.ts";
import { Refusal } from "./picture.ts";

interface PickerSettings {
  readonly prefix: string;
  readonly urlOf: (source: string) => Promise<string>;
  readonly onPick: (source: string) => void;
}

export interface Picker {
  /** Marks the picture that is shown. */
  mark(source: string): void;
}

/** Wires the strip of pictures, the field for a URL, and the page as a place to drop on. */
export function openPicker({ prefix, urlOf, onPick }: PickerSettings): Picker {
  const root = need("[data-picker]", HTMLElement);
  const strip = need("[data-strip]", HTMLElement, root);
  const field = need("[data-source]", HTMLInputElement, root);
  const complaint = need(".bad", HTMLElement, root);

  strip.addEventListener("click", ({ target }) => {
    const picked = target instanceof Element ? target.closest("button") : null;
    if (picked?.dataset["pick"] !== undefined) onPick(picked.dataset["pick"]);
  });
  field.addEventListener("change", () => {
    if (field.value.trim() !== "") onPick(field.value.trim());
  });
  for (const button of thumbs()) void draw(button);
  const file = root.querySelector("input[type=file]");
  if (file instanceof HTMLInputElement) openDropping(file);

  return {
    mark: (source) => {
      field.value = source;
      for (const button of thumbs()) button.ariaPressed = String(button.dataset["pick"] === source);
    },
  };

  function thumbs(): readonly HTMLButtonElement[] {
    return all("[data-pick]", HTMLButtonElement, strip);
  }

  async function draw(button: HTMLButtonElement): Promise<void> {
    need("img", HTMLImageElement, button).src = await urlOf(button.dataset["pick"] ?? "");
  }

  function openDropping(input: HTMLInputElement): void {
    input.addEventListener("change", () => void takeAll(input.files));
    // Chromium asks at every move whether a drop is welcome.
    for (const name of ["dragenter", "dragover"] as const)
      window.addEventListener(name, (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        document.body.classList.add("dropping");
      });
    window.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) document.body.classList.remove("dropping");
    });
    window.addEventListener("drop", (event) => {
      document.body.classList.remove("dropping");
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      void takeAll(event.dataTransfer.files);
    });
  }

  async function takeAll(files: FileList | null): Promise<void> {
    for (const file of files ?? []) {
      try {
        const source = await send(file, prefix);
        complaint.textContent = "";
        add(source, file.name);
        onPick(source);
      } catch (error) {
        complaint.textContent = `${file.name}: ${error instanceof Refusal ? error.message : "the server does not answer"}`;
      }
    }
  }

  function add(source: string, name: string): void {
    thumbs()
      .find((button) => button.dataset["pick"] === source)
      ?.remove();
    const button = document.createElement("button");
    button.type = "button";
    button.dataset["pick"] = source;
    button.ariaLabel = name;
    button.title = name;
    button.append(new Image());
    strip.prepend(button);
    void draw(button);
  }
}

/** Hands a file to the server and resolves to the URL of what it is kept as. Throws Refusal. */
async function send(file: File, prefix: string): Promise<string> {
  const answer = await window.fetch(`${prefix}/playground/pictures/${encodeURIComponent(file.name)}`, {
    method: "PUT",
    headers: { "Content-Type": file.type.startsWith("image/") ? file.type : "application/octet-stream" },
    body: file,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Refusal(text);
  return text;
}
