import type { ClusterOptions } from "@kontiki/actors";
import { Command, Option } from "commander";
import { withCluster, type ProgramCluster, type StartCluster } from "../launch/cluster.ts";
import { Story, type Pace } from "../demo/demo-run.ts";
import { Teller } from "../demo/demo-printer.ts";
import { EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { seconds, wholeNumber } from "./options.ts";
import { Notes } from "../output/notes.ts";

const NODES_MAX = 3;
const DAY_S = 24 * 60 * 60;

/** A proposal of the demo waits for a leader however long an election takes. */
const PROPOSAL_TIMEOUT_MS = 60 * 60 * 1000;

/** The timers of the original Kontiki. */
const ORIGINAL: Pace = {
  electionTimeoutMs: 10_000,
  heartbeatMs: 5_000,
  writeEveryMs: 5_000,
  writes: 5,
};

/** Slow enough to read along, fast enough for a crash and a recovery within 20 s, split votes included. */
const FAST: Pace = { electionTimeoutMs: 1_000, heartbeatMs: 200, writeEveryMs: 700, writes: 3 };

type DemoOptions = {
  readonly nodes: number;
  readonly seconds?: number;
  readonly fast?: true;
  readonly json?: true;
};

/** `kontiki demo`: a cluster in memory that is led through its troubles. `done` is told the exit status. */
export function demoCommand(
  host: Host,
  start: StartCluster,
  done: (status: number) => void,
): Command {
  return new Command("demo")
    .description("watch a cluster in memory: elections, writes, crashes and recoveries, explained")
    .addOption(
      new Option("--nodes <count>", `how many nodes, 1 to ${NODES_MAX}, named n1, n2, ...`)
        .argParser(wholeNumber(1, NODES_MAX))
        .default(NODES_MAX),
    )
    .addOption(
      new Option(
        "--seconds <s>",
        "end so long after the nodes have started (default: at Ctrl-C)",
      ).argParser(seconds(0.1, DAY_S)),
    )
    .option("--fast", "shorten the timers: a whole story within 20 seconds")
    .option("--json", "print one JSON object for everything that happens")
    .addHelpText("after", DEMO_HELP)
    .action(async (options: DemoOptions) => done(await demo(options, host, start)));
}

const DEMO_HELP = `
Examples:
  $ kontiki demo --fast
  $ kontiki demo --fast --seconds 20 --json
  $ kontiki demo --nodes 1

Each node is an actor in a thread of its own, with a disk in memory that outlives the thread. A line
that starts with a node's name is what that node says of itself (role, term, last entry of its log,
commit, applied) or what befell its thread, with plain words beside it. Over and over the demo
writes values, kills the leader, writes on, brings the killed node back, and compares all nodes.

Timers are those of the original Kontiki: an election after 10 to 20 s without a leader, a heartbeat
and a write every 5 s. With --fast: 1 to 2 s, 0.2 s and 0.7 s.

With --json "type" is "status", "client", "story", "end", or an event of the cluster ("started",
"crashed", "stopped", "leader", ...); "ms" is the time since the start, "words" the plain words:
  {"ms":1460,"type":"status","node":"n2","role":"candidate","term":1,"leader":null,"last":0, ...}

Ctrl-C stops the nodes in order, a second one at once.
Exit status: 0 ended by --seconds, 1 failed, 2 bad usage, 130 interrupted by Ctrl-C.
Colours only on a terminal; NO_COLOR and FORCE_COLOR are respected.`;

async function demo(options: DemoOptions, host: Host, start: StartCluster): Promise<number> {
  const { electionTimeoutMs, heartbeatMs } = paceOf(options);
  const clusterOptions: ClusterOptions = {
    nodes: options.nodes,
    electionTimeoutMs,
    heartbeatMs,
    proposalTimeoutMs: PROPOSAL_TIMEOUT_MS,
  };
  const { teller, story } = await withCluster(start, clusterOptions, new Notes(host), (cluster) =>
    watch(cluster, options, host),
  );
  teller.tell({ type: "end", tally: { elections: teller.elections, ...story.tally } });
  return interruptedStatus(host.signal) ?? EXIT_OK;
}

function paceOf({ fast }: DemoOptions): Pace {
  return fast === true ? FAST : ORIGINAL;
}

/** Lets the story go on until the time is over or the program is interrupted. */
async function watch(
  cluster: ProgramCluster,
  options: DemoOptions,
  host: Host,
): Promise<{ readonly teller: Teller; readonly story: Story }> {
  const { signal } = host;
  const end = new AbortController();
  const stop = (): void => end.abort(signal.reason);
  const timer =
    options.seconds === undefined ? undefined : setTimeout(stop, options.seconds * 1000);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  const teller = new Teller(host, options.json === true);
  const story = new Story(cluster, paceOf(options), (line) => teller.tell(line), end.signal);
  try {
    story.introduce();
    teller.listen(cluster);
    await story.run();
  } catch (error) {
    if (!end.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
  return { teller, story };
}
