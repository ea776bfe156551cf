import { KontikiError } from "@kontiki/actors";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunMessages } from "../run/messages.ts";
import type { RunResult } from "../run/result.ts";
import { simulateOptions } from "../runs/options-of.ts";
import { simulateWatched } from "../runs/watched.ts";
import type { ScenarioParts } from "../scenario/parts.ts";
import type { StartCluster } from "../workers/cluster-under-test.ts";
import { runOnWorkers } from "../workers/run-on-workers.ts";
import { KeptSimulation } from "./kept-simulation.ts";
import type { Runnable } from "./perform-task.ts";
import type { KeptLine, KeptRun } from "./task.ts";
import { workersOptions } from "./workers-options.ts";

/** A run that is recorded while it runs. */
export type RecordedRun = Pick<Runnable, "run"> & {
  /** What was recorded. */
  readonly recorded: (
    result: RunResult,
  ) => Pick<KeptRun, "traces" | "log" | "begunAt"> & { readonly messages: RunMessages | undefined };
};

/** Records a simulation, by an observer. */
export function keepingSimulation(parts: ScenarioParts): RecordedRun {
  const kept: KeptSimulation[] = [];
  return {
    run: (plan, observer) =>
      simulateWatched(plan, {
        ...simulateOptions(parts),
        observers: [
          () => observer,
          (simulation) => {
            const one = new KeptSimulation(simulation);
            kept.push(one);
            return one;
          },
        ],
      }),
    recorded() {
      const [one] = kept;
      if (one === undefined) return { traces: {}, log: [], begunAt: 0, messages: undefined };
      return { ...one.kept, messages: one.messages };
    },
  };
}

/**
 * Records a run in real time: nodes write their traces themselves, into a folder that is removed afterwards. Messages are
 * counted where all nodes are threads of this process.
 */
export function keepingThreads(parts: ScenarioParts, start: StartCluster | undefined): RecordedRun {
  const log: KeptLine[] = [];
  let traces: Readonly<Record<string, string>> = {};
  let begunAt = 0;
  return {
    async run(plan) {
      const trace = temporaryFolder();
      begunAt = performance.timeOrigin + performance.now();
      try {
        return await runOnWorkers(plan, {
          ...workersOptions(parts, start),
          trace,
          countsMessages: start === undefined,
          onEvent: (what, at) =>
            log.push({ at, node: "node" in what ? what.node : "", event: what.type, what }),
        });
      } finally {
        traces = textsIn(trace);
        rmSync(trace, { recursive: true, force: true });
      }
    },
    recorded: ({ messages }) => ({ traces, log, begunAt, messages }),
  };
}

/** @throws KontikiError where none can be made. */
function temporaryFolder(): string {
  const folder = tmpdir();
  try {
    return mkdtempSync(join(folder, "kontiki-traces-"));
  } catch (error) {
    throw new KontikiError(
      `cannot make a folder for traces in ${folder} (${(error as NodeJS.ErrnoException).code}); ` +
        "set TMPDIR to a folder that you can write to",
      { cause: error },
    );
  }
}

function textsIn(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).toSorted();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
