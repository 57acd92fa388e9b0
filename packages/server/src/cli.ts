import { run } from "./cli/run.ts";

// A reader that has seen enough (`tintype config | head`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const code = await run(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  app: async () => ({ ...(await import("./serve.ts")), ...(await import("./inspect.ts")) }),
});

// What failed to start may have started renderers, which would keep the process alive for nothing.
if (code !== 0) process.exit(code);
