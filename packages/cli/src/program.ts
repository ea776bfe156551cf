import { Command, CommanderError } from "commander";
import { commandList } from "./commands/command-list.ts";
import type { Services } from "./commands/define.ts";
import { defineHelp } from "./commands/help.ts";
import type { LoadEngines } from "./engines/engines.ts";
import { EXIT_FAILED, EXIT_OK, EXIT_TOOL, EXIT_USAGE, type Host } from "./host/host.ts";
import { commandIn } from "./host/main-for.ts";
import { version } from "./host/version.ts";
import type { StartCluster } from "./launch/cluster.ts";
import { CheckFailure } from "./output/check-failure.ts";
import { messageOf, printable } from "./output/error-text.ts";
import { surroundingsText } from "./output/surroundings.ts";
import { flushed } from "./output/write.ts";

export type { StartCluster } from "./launch/cluster.ts";

/**
 * Runs the program with these arguments and resolves to its exit status.
 *
 * It leaves nothing running; the caller ends the process. Only the modules of the chosen command are loaded: what this
 * file imports is what `kontiki --help` costs.
 */
export async function run(
  argv: readonly string[],
  host: Host,
  start: StartCluster = startCluster,
  loadEngines: LoadEngines = loadRealEngines,
): Promise<number> {
  const outputReported = watchOutput(host);
  const status = await statusOf(argv, host, start, loadEngines);
  await flushed(host.stdout);
  await outputReported();
  // Output that is lost is no success, even if the command has done everything else.
  return status === EXIT_OK && host.signal.reason === "badOutput" ? EXIT_FAILED : status;
}

async function statusOf(
  argv: readonly string[],
  host: Host,
  start: StartCluster,
  loadEngines: LoadEngines,
): Promise<number> {
  let status = EXIT_OK;
  const done = (value: number): void => {
    status = value;
  };
  try {
    const program = await buildProgram(argv, { host, argv, start, loadEngines, done });
    await program.parseAsync([...argv], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    // Without a verdict a command must not end in the status of one.
    const command = commandIn(argv);
    const isJudge = commandList.some(({ name, judges }) => judges === true && name === command);
    const failed = isJudge ? EXIT_TOOL : EXIT_FAILED;
    if (error instanceof CheckFailure) {
      await report(host, error.message);
      return error.status === EXIT_USAGE ? EXIT_USAGE : failed;
    }
    const problem = await problemOf(error);
    if (problem === undefined) throw error;
    await report(host, problem);
    return failed;
  }
}

/** What a person can do something about, in one line; undefined for a defect. */
async function problemOf(error: unknown): Promise<string | undefined> {
  // Without descriptors the packages' own errors cannot be loaded.
  const actors = await import("@kontiki/actors").catch(() => undefined);
  if (actors !== undefined && error instanceof actors.KontikiError) return messageOf(error);
  return surroundingsText(error);
}

const startCluster: StartCluster = async ({ mustHold, ...options }) => {
  const { Cluster } = await import("@kontiki/actors");
  if (mustHold !== undefined)
    await (await import("./launch/held-nodes.ts")).checkHeld(mustHold, options);
  const cluster = await Cluster.start(options);
  return Object.assign(cluster, {
    openFaults: async () => {
      const { FaultDesk } = await import("@kontiki/testing");
      return FaultDesk.open(cluster, options.leases);
    },
  });
};

const loadRealEngines: LoadEngines = async () => (await import("./engines/engines.ts")).engines;

/** All commands by name and description; those that `argv` names are complete. */
async function buildProgram(argv: readonly string[], services: Services): Promise<Command> {
  const { stdout, stderr } = services.host;
  const program = new Command("kontiki")
    .description("Raft clusters on worker threads: start them, break them, measure them")
    .version(version())
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      getOutHelpWidth: () => stdout.columns ?? HELP_COLUMNS,
      writeErr: (text) => void stderr.write(text),
      outputError: (text, write) => write(printable(text.replace(/^error: /, "kontiki: "))),
    });
  for (const { name, usage, description, load } of commandList) {
    const command = program.command(name).description(description);
    if (argv.includes(name)) (await load())(command, services);
    else command.usage(usage);
  }
  defineHelp(program);
  return program;
}

/** Width of help where there is no terminal. */
const HELP_COLUMNS = 80;

const EXAMPLES = `
Examples:
  $ kontiki up
  $ kontiki up --memory < commands.txt
  $ kontiki up --detach --wait leader
  $ kontiki demo --fast
  $ kontiki bench --outstanding 1024 --json
  $ kontiki trace show traces/n1-1.ndjson
  $ kontiki run figure_8 --seeds 1000
  $ kontiki explore
  $ kontiki check history.jsonl --model register --html report.html

Exit status: 0 success, 1 failure or violation, 2 bad usage; "kontiki COMMAND --help" has them all.`;

/**
 * When the reader of the output goes away, the program ends gracefully and silently; when the disk is full, with a message.
 * Returns a function that waits for this message.
 */
function watchOutput(host: Host): () => Promise<void> {
  const { stdout, stderr, signal, interrupt } = host;
  let reported = Promise.resolve();
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (signal.aborted) return;
    if (error.code === "EPIPE") {
      interrupt("brokenPipe");
    } else {
      interrupt("badOutput");
      reported = report(host, `cannot write the output: ${error.message}`);
    }
  });
  stderr.on("error", () => undefined);
  return () => reported;
}

async function report(host: Host, problem: string): Promise<void> {
  // Without descriptors nothing more can be loaded: then without colours.
  const notes = await import("./output/notes.ts").catch(() => undefined);
  if (notes === undefined) host.stderr.write(`kontiki: ${problem}\n`);
  else new notes.Notes(host, "kontiki: ").problem(problem);
}
