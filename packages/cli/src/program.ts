import { Command, CommanderError } from "commander";
import { readFileSync } from "node:fs";
import { commandList } from "./commands/command-list.ts";
import type { Services } from "./commands/define.ts";
import { defineHelp } from "./commands/help.ts";
import type { LoadEngines } from "./engines/engines.ts";
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, type Host } from "./host/host.ts";
import type { StartCluster } from "./launch/cluster.ts";

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
  let status = EXIT_OK;
  const outputReported = watchOutput(host);
  const done = (value: number): void => {
    status = value;
  };
  try {
    const program = await buildProgram(argv, { host, start, loadEngines, done });
    await program.parseAsync([...argv], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    const { KontikiError } = await import("@kontiki/actors");
    if (!(error instanceof KontikiError)) throw error;
    await report(host, error.message);
    return EXIT_FAILED;
  } finally {
    await outputReported();
  }
}

const startCluster: StartCluster = async (options) => {
  const { Cluster } = await import("@kontiki/actors");
  return Cluster.start(options);
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
      outputError: (text, write) => write(text.replace(/^error: /, "kontiki: ")),
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
  $ kontiki demo --fast
  $ kontiki bench --outstanding 1024 --json
  $ kontiki trace show traces/n1-1.ndjson
  $ kontiki run figure_8 --seeds 1000
  $ kontiki explore
  $ kontiki check history.jsonl --model register --html report.html

Exit status: 0 success, 1 failure or violation, 2 bad usage; "kontiki COMMAND --help" has them all.`;

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

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
  const { Notes } = await import("./output/notes.ts");
  new Notes(host, "kontiki: ").problem(problem);
}
