import { createRenderer } from "./image/renderer.ts";
import { serveRenderer } from "./render/renderer.ts";

/** The main of a renderer process: the only place where the two rooms meet. */
serveRenderer(createRenderer);
