import type { ClusterEvent } from "@kontiki/actors";
import { Command, Option } from "commander";
import {
  firstLeader,
  withCluster,
  type ProgramCluster,
  type StartCluster,
} from "../launch/cluster.ts";
import { EXIT_FAILED, EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { Interpreter } from "../prompt/interpreter.ts";
import { durationOption, nodesOption, path } from "./options.ts";
import { runPiped } from "../prompt/piped.ts";
import { JsonPrinter, TextPrinter } from "../prompt/printer.ts";
import { eventText } from "../render/event-text.ts";
import { Session } from "../session/command-session.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { runPrompt } from "../prompt/prompt.ts";
import { tuningOf, withTuning, type TuningOptions } from "./tuning.ts";
import { upHelp } from "./up-help.ts";

const ELECTION_TIMEOUT_DEFAULT_MS = 300;
const HEARTBEAT_DEFAULT_MS = 50;

type UpOptions = TuningOptions & {
  readonly nodes?: number;
  readonly data: string;
  readonly json?: true;
  readonly memory?: true;
  readonly electionTimeout: number;
  readonly heartbeat: number;
};

/** `kontiki up`: a cluster and a session with it. `done` is told the exit status. */
export function upCommand(
  host: Host,
  start: StartCluster,
  done: (status: number) => void,
): Command {
  const command = new Command("up")
    .description("start a cluster and read commands: a prompt on a terminal, else one a line")
    .addOption(nodesOption(" (default: those of --data, else 3)"))
    .addOption(
      new Option("--data <dir>", "where the nodes keep their logs")
        .default("./kontiki-data")
        .argParser(path),
    )
    .addOption(
      new Option("--memory", "keep the logs in memory; they end with the process").conflicts(
        "data",
      ),
    )
    .option("--json", "print one JSON object for every command")
    .addOption(
      durationOption(
        "--election-timeout <ms>",
        "shortest time without a leader before an election",
        10,
      ).default(ELECTION_TIMEOUT_DEFAULT_MS),
    )
    .addOption(
      durationOption(
        "--heartbeat <ms>",
        "time between heartbeats; at most half the election timeout",
        1,
      ).default(HEARTBEAT_DEFAULT_MS),
    );
  withTuning(command).addHelpText("after", upHelp);
  return command.action(async (options: UpOptions) => {
    if (options.heartbeat * 2 > options.electionTimeout) {
      command.error(
        `error: --heartbeat ${options.heartbeat} must be at most half of --election-timeout ${options.electionTimeout}`,
      );
    }
    done(await up(options, host, start));
  });
}

async function up(options: UpOptions, host: Host, start: StartCluster): Promise<number> {
  const notes = new Notes(host);
  let phase: "starting" | "up" | "stopping" = "starting";
  const clusterOptions = {
    onEvent: (event: ClusterEvent): void => {
      // A start that fails is told by its error, a stop by nothing.
      const isEnd = event.type === "failed" || event.type === "stopped";
      const text =
        phase === "stopping" || (phase === "starting" && isEnd) ? undefined : eventText(event);
      if (text !== undefined) notes.note(text);
    },
    nodes: options.nodes,
    dataDir: options.memory === true ? undefined : options.data,
    electionTimeoutMs: options.electionTimeout,
    heartbeatMs: options.heartbeat,
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

/** Whether any command failed. */
async function converse(
  cluster: ProgramCluster,
  options: UpOptions,
  notes: Notes,
  host: Host,
): Promise<boolean> {
  const { stdin, stdout, env, signal } = host;
  const printer =
    options.json === true
      ? new JsonPrinter(stdout)
      : new TextPrinter(stdout, colorsFor(stdout, env), notes);
  const interpreter = new Interpreter(new Session(cluster, signal), printer, notes);
  if (isInteractive(host)) await runPrompt(host, interpreter, notes, () => cluster.nodeIds);
  else await runPiped(stdin, interpreter, signal);
  return interpreter.failed;
}

function isInteractive({ stdin, stdout }: Host): boolean {
  return stdin.isTTY === true && stdout.isTTY === true;
}
