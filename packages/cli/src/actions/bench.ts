import { KontikiError, type ClusterEvent } from "@kontiki/actors";
import { rmSync } from "node:fs";
import { benchJson, benchText, type BenchRun } from "../bench/bench-text.ts";
import type { LoadOptions } from "../bench/load-options.ts";
import { Load } from "../bench/load.ts";
import { verifyCluster } from "../bench/verify-cluster.ts";
import { EXIT_FAILED, EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { firstLeader, withCluster, type StartCluster } from "../launch/cluster.ts";
import { makeScratchFolder } from "../launch/scratch-folder.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";

export type BenchOptions = LoadOptions & {
  readonly nodes: number;
  readonly memory?: true;
  readonly data: string;
  readonly json?: true;
};

/** Counts puts, so that a load can be verified although logs are compacted. */
const STATE_MACHINE = new URL("../bench/counting-machine.js", import.meta.url);

/** Measures a cluster, verifies it, prints both, and resolves to the exit status. */
export async function bench(
  options: BenchOptions,
  host: Host,
  start: StartCluster,
): Promise<number> {
  const dataDir = options.memory === true ? undefined : makeScratchFolder("bench", options.data);
  try {
    return await measure(options, dataDir, host, start);
  } finally {
    if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(
  options: BenchOptions,
  dataDir: string | undefined,
  host: Host,
  start: StartCluster,
): Promise<number> {
  const { signal, stdout, env } = host;
  const notes = new Notes(host);
  const trouble = new Trouble();
  const run = await withCluster(
    start,
    { nodes: options.nodes, dataDir, stateMachine: STATE_MACHINE, onEvent: trouble.onEvent },
    notes,
    async (cluster) => {
      await firstLeader(cluster, notes, host);
      return unlessAborted(signal, async () => {
        const load = new Load(cluster, options, signal);
        const measured = await notes.during("measuring ...", trouble.orResult(load.run()));
        const verification = await notes.during(
          "verifying ...",
          trouble.orResult(verifyCluster(cluster, load, signal)),
        );
        return { options, measured, verification } satisfies BenchRun;
      });
    },
  );
  if (run === undefined) return interruptedStatus(signal) ?? EXIT_FAILED;
  const { problems } = run.verification;
  const text = options.json === true ? benchJson(run) : benchText(run, colorsFor(stdout, env));
  await write(stdout, text);
  for (const problem of problems) notes.problem(`not verified: ${problem}`);
  return problems.length === 0 ? EXIT_OK : EXIT_FAILED;
}

/** Ends a measurement as soon as a node has trouble with its disk: it would only wait for answers that do not come. */
class Trouble {
  readonly onEvent: (event: ClusterEvent) => void;
  readonly #first: Promise<never>;

  constructor() {
    let onTrouble = (_error: KontikiError): void => undefined;
    this.#first = new Promise((_resolve, reject) => (onTrouble = reject));
    // It may come when nothing waits for it.
    this.#first.catch(() => undefined);
    this.onEvent = (event) => {
      if (event.type === "trouble")
        onTrouble(new KontikiError(`nothing was measured: ${event.node}: ${event.what}`));
    };
  }

  /** The result of `work`. @throws KontikiError when a node has trouble first. */
  orResult<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#first]);
  }
}

/** The result of `work`; undefined when `signal` is aborted, even if `work` throws then. */
async function unlessAborted<T>(
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return signal.aborted ? undefined : await work();
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
