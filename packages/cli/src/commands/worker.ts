import { Option } from "commander";
import type { WorkerOptions } from "../actions/worker.ts";
import { workerHelp } from "./campaign-help.ts";
import type { Define } from "./define.ts";
import { natsServer } from "./nats-options.ts";
import { wholeNumber } from "./options.ts";

const JOBS_MAX = 256;

/** `kontiki worker`: takes ranges of seeds from a server and runs them. */
export const defineWorker: Define = (command, { host, loadEngines, done }) => {
  natsServer(command)
    .addOption(
      new Option("--jobs <count>", "runs at once (default: one for each core)").argParser(
        wholeNumber(1, JOBS_MAX),
      ),
    )
    .option("--until-idle", "end when no campaign runs that this worker can work on")
    .option("--json", "print one JSON object at the end")
    .addHelpText("after", workerHelp)
    .action(async (options: WorkerOptions) => {
      const { work } = await import("../actions/worker.ts");
      done(await work(options, host, await loadEngines()));
    });
};
