/**
 * The process that the server is measured against: sharp with the renderers' settings and nothing around it. Asked by
 * messages for rounds of a workload.
 */
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { inTurns } from "./turns.mjs";
import { draw, WORKLOADS } from "./workloads.mjs";

sharp.concurrency(1);
sharp.cache(false);

const picture = async (file, workload) => draw(sharp, await readFile(file), workload);

const TASKS = {
  round: ({ workload, files, width }) =>
    inTurns(files, width, async (file) => {
      const startedAt = performance.now();
      await picture(file, WORKLOADS[workload]);
      return performance.now() - startedAt;
    }),
  picture: async ({ workload, file }) => (await picture(file, WORKLOADS[workload])).toString("base64"),
};

process.on("message", async ({ task, ...what }) => process.send({ result: await TASKS[task](what) }));
process.once("disconnect", () => process.exit());
