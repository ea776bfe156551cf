import type { ClusterEvent, ClusterOptions } from "@kontiki/actors";
import { EXIT_FAILED, EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import {
  firstLeader,
  withCluster,
  type ProgramCluster,
  type StartCluster,
} from "../launch/cluster.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { complete, type Completed } from "../prompt/complete.ts";
import { Interpreter } from "../prompt/interpreter.ts";
import { runPiped } from "../prompt/piped.ts";
import { runPrompt } from "../prompt/prompt.ts";
import { JsonPrinter, TextPrinter } from "../prompt/reply-printer.ts";
import { eventText } from "../render/event-text.ts";
import { CommandSession } from "../session/command-session.ts";
import { verbs } from "../session/verbs/verbs.ts";
import { tuningOf, type TuningOptions } from "./tuning.ts";

export type UpOptions = TuningOptions & {
  readonly nodes?: number;
  readonly data: string;
  readonly json?: true;
  readonly memory?: true;
  readonly electionTimeout: number;
  readonly heartbeat: number;
  readonly pipeline: number;
  readonly rename?: ClusterOptions["renames"];
};

/** Starts a cluster, runs commands against it until the input ends, and resolves to the exit status. */
export async function up(options: UpOptions, host: Host, start: StartCluster): Promise<number> {
  const notes = new Notes(host);
  let phase: "starting" | "up" | "stopping" = "starting";
  const clusterOptions = {
    onEvent: (event: ClusterEvent): void => {
      // A failed start is reported by its error, and a stop needs no report.
      const isEnd = event.type === "failed" || event.type === "stopped";
      const text =
        phase === "stopping" || (phase === "starting" && isEnd) ? undefined : eventText(event);
      if (text !== undefined) notes.note(text);
    },
    nodes: options.nodes,
    dataDir: options.memory === true ? undefined : options.data,
    electionTimeoutMs: options.electionTimeout,
    heartbeatMs: options.heartbeat,
    ...(options.rename === undefined ? {} : { renames: options.rename }),
    ...tuningOf(options),
  };
  const failed = await withCluster(start, clusterOptions, notes, async (cluster) => {
    phase = "up";
    try {
      await greet(cluster, options, notes, host);
      return await converse(cluster, options, notes, host);
    } finally {
      phase = "stopping";
    }
  });
  return interruptedStatus(host.signal) ?? (failed ? EXIT_FAILED : EXIT_OK);
}

async function greet(
  cluster: ProgramCluster,
  options: UpOptions,
  notes: Notes,
  host: Host,
): Promise<void> {
  const count = cluster.nodeIds.length;
  if (count % 2 === 0) {
    notes.note(
      `${count} nodes survive no more crashes than ${count - 1} would: an odd number is better`,
    );
  }
  const leader = await firstLeader(cluster, notes, host);
  if (host.signal.aborted) return;
  if (leader === undefined) notes.note("no leader yet; commands wait for one");
  if (!isInteractive(host)) return;
  const place = options.memory === true ? "in memory" : `in ${options.data}`;
  notes.note(
    `${count} ${count === 1 ? "node" : "nodes"}, logs ${place}; "help" lists the commands`,
  );
}

/** Resolves to whether any command of a pipe failed. */
async function converse(
  cluster: ProgramCluster,
  options: UpOptions,
  notes: Notes,
  host: Host,
): Promise<boolean> {
  const { stdout, env, signal } = host;
  const printer =
    options.json === true
      ? new JsonPrinter(stdout)
      : new TextPrinter(stdout, colorsFor(stdout, env), notes);
  const interpreter = new Interpreter(
    new CommandSession(verbs, cluster, signal, (text) => notes.note(text)),
    printer,
    notes,
    signal,
  );
  if (isInteractive(host)) {
    const completer = (line: string): Completed => complete(verbs, line, cluster.nodeIds);
    await runPrompt(host, interpreter, notes, completer);
    // A person has seen what failed.
    return false;
  }
  await runPiped(host, interpreter, options.pipeline);
  return interpreter.failed;
}

function isInteractive({ stdin, stdout }: Host): boolean {
  return stdin.isTTY === true && stdout.isTTY === true;
}
