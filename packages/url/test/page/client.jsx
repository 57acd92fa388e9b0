import { createRoot, hydrateRoot } from "react-dom/client";
import { App } from "./App.jsx";

const root = document.getElementById("root");
const pictures = JSON.parse(document.getElementById("pictures").textContent);
const report = (error) => console.error(error);
if (root.hasChildNodes()) hydrateRoot(root, <App pictures={pictures} />, { onRecoverableError: report });
else createRoot(root).render(<App pictures={pictures} />);
