/** `tintype serve`, living no longer than whoever started it: its standard input is a pipe from there. */
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM")).resume();
process.argv.push("serve");

const entry = import.meta.resolve("tintype");
// The command lies beside the library, in the sources as in what is published.
await import(new URL(entry.endsWith(".ts") ? "cli.ts" : "cli.js", entry).href);
