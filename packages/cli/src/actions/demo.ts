import type { ClusterOptions } from "@kontiki/actors";
import { DemoPrinter } from "../demo/demo-printer.ts";
import { DemoRun, type Pace } from "../demo/demo-run.ts";
import { EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { withCluster, type ProgramCluster, type StartCluster } from "../launch/cluster.ts";
import { Notes } from "../output/notes.ts";

/** Long enough for a proposal to wait for a leader, however long an election takes. */
const PROPOSAL_TIMEOUT_MS = 60 * 60 * 1000;

/** The timers of the original Kontiki. */
const ORIGINAL: Pace = {
  electionTimeoutMs: 10_000,
  heartbeatMs: 5_000,
  writeEveryMs: 5_000,
  writes: 5,
};

/** Slow enough to read, fast enough for a crash and a recovery within 20 s, even with split votes. */
const FAST: Pace = { electionTimeoutMs: 1_000, heartbeatMs: 200, writeEveryMs: 700, writes: 3 };

export type DemoOptions = {
  readonly nodes: number;
  readonly seconds?: number;
  readonly fast?: true;
  readonly json?: true;
};

/** Runs the demo until its time is over or it is interrupted. Resolves to the exit status. */
export async function demo(options: DemoOptions, host: Host, start: StartCluster): Promise<number> {
  const { electionTimeoutMs, heartbeatMs } = paceOf(options);
  const clusterOptions: ClusterOptions = {
    nodes: options.nodes,
    electionTimeoutMs,
    heartbeatMs,
    proposalTimeoutMs: PROPOSAL_TIMEOUT_MS,
  };
  const { printer, demoRun } = await withCluster(
    start,
    clusterOptions,
    new Notes(host),
    (cluster) => watch(cluster, options, host),
  );
  printer.print({ type: "end", tally: { elections: printer.elections, ...demoRun.tally } });
  return interruptedStatus(host.signal) ?? EXIT_OK;
}

function paceOf({ fast }: DemoOptions): Pace {
  return fast === true ? FAST : ORIGINAL;
}

/** Runs the demo's rounds until the time is over or the program is interrupted. */
async function watch(
  cluster: ProgramCluster,
  options: DemoOptions,
  host: Host,
): Promise<{ readonly printer: DemoPrinter; readonly demoRun: DemoRun }> {
  const { signal } = host;
  const end = new AbortController();
  const stop = (): void => end.abort(signal.reason);
  const timer =
    options.seconds === undefined ? undefined : setTimeout(stop, options.seconds * 1000);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  const printer = new DemoPrinter(host, options.json === true);
  const demoRun = new DemoRun(cluster, paceOf(options), (line) => printer.print(line), end.signal);
  try {
    demoRun.introduce();
    printer.listen(cluster);
    await demoRun.run();
  } catch (error) {
    if (!end.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
  return { printer, demoRun };
}
