import { Cluster, KontikiError } from "@kontiki/actors";
import { Command, CommanderError } from "commander";
import { readFileSync } from "node:fs";
import type { StartCluster } from "./launch/cluster.ts";
import { benchCommand } from "./commands/bench.ts";
import { checkCommand } from "./commands/check.ts";
import { demoCommand } from "./commands/demo.ts";
import { exploreCommand } from "./commands/explore.ts";
import { recoverCommand } from "./commands/recover.ts";
import { replayCommand } from "./commands/replay.ts";
import { runCommand } from "./commands/run.ts";
import { shrinkCommand } from "./commands/shrink.ts";
import { traceCommand } from "./commands/trace.ts";
import { udpCommand } from "./commands/udp.ts";
import { upCommand } from "./commands/up.ts";
import { engines as realEngines, type Engines } from "./engines/engines.ts";
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, type Host } from "./host/host.ts";
import { Notes } from "./output/notes.ts";

export type { StartCluster } from "./launch/cluster.ts";

/**
 * Runs the program for these arguments and resolves to its exit status.
 *
 * It leaves nothing running behind, and it is for the caller to end the process.
 */
export async function run(
  argv: readonly string[],
  host: Host,
  start: StartCluster = (options) => Cluster.start(options),
  engines: Engines = realEngines,
): Promise<number> {
  let status = EXIT_OK;
  const notes = new Notes(host, "kontiki: ");
  watchOutput(host, notes);
  const program = buildProgram(host, start, engines, (value) => {
    status = value;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    if (!(error instanceof KontikiError)) throw error;
    notes.problem(error.message);
    return EXIT_FAILED;
  }
}

function buildProgram(
  host: Host,
  start: StartCluster,
  engines: Engines,
  done: (status: number) => void,
): Command {
  const program = new Command("kontiki")
    .description("Raft clusters on worker threads: start them, break them, measure them")
    .version(version())
    .addHelpText("after", EXAMPLES);
  for (const command of [
    upCommand(host, start, done),
    demoCommand(host, start, done),
    udpCommand(host, done),
    benchCommand(host, start, done),
    recoverCommand(host, done),
    traceCommand(host, done),
    checkCommand(host, done),
    runCommand(host, engines, done),
    exploreCommand(host, engines, done),
    replayCommand(host, engines, done),
    shrinkCommand(host, engines, done),
  ]) {
    program.addCommand(command);
  }
  const commands = program.commands.flatMap((command) => [command, ...command.commands]);
  for (const command of [program, ...commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      getOutHelpWidth: () => host.stdout.columns ?? HELP_COLUMNS,
      writeErr: (text) => void host.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, "kontiki: ")),
    });
  }
  return program;
}

/** Width of help where there is no terminal to ask. */
const HELP_COLUMNS = 80;

const EXAMPLES = `
Examples:
  $ kontiki up
  $ kontiki up --memory < commands.txt
  $ kontiki demo --fast
  $ kontiki bench --outstanding 1024 --json
  $ kontiki trace show traces/n1-1.ndjson
  $ kontiki run figure_8 --seeds 1000
  $ kontiki explore
  $ kontiki check history.jsonl --model register --html report.html`;

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** A reader that went away ends the program in order and without a word; a full disk with one. */
function watchOutput({ stdout, stderr, signal, interrupt }: Host, notes: Notes): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (signal.aborted) return;
    if (error.code === "EPIPE") {
      interrupt("brokenPipe");
    } else {
      notes.problem(`cannot write the output: ${error.message}`);
      interrupt("badOutput");
    }
  });
  stderr.on("error", () => undefined);
}
