#!/usr/bin/env node
// Written for every Node that runs modules, so that an old one gets a sentence rather than a syntax error.
import { existsSync } from "node:fs";

const [major, minor] = process.versions.node.split(".").map(Number);
const entry = new URL("../dist/cli.js", import.meta.url);

if (major < 22 || (major === 22 && minor < 19)) {
  console.error(`tintype-cdk needs Node 22.19 or newer, and this is Node ${process.versions.node}.`);
  process.exitCode = 1;
} else if (!existsSync(entry)) {
  console.error("tintype-cdk is not built yet: run `npm run build` at the top of its repository.");
  process.exitCode = 1;
} else {
  await import(entry);
}
