import { readFileSync } from "node:fs";
import { renderToString } from "react-dom/server";
import { App } from "./App.jsx";

const pictures = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(renderToString(<App pictures={pictures} />));
