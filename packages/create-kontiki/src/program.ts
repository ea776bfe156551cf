import { Command, CommanderError } from "commander";
import { resolve } from "node:path";
import { askFolder, canAsk, SUGGESTED } from "./ask-folder.ts";
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, type Host } from "./host.ts";
import { nextSteps } from "./next-steps.ts";
import { ownManifest } from "./own-manifest.ts";
import { packageName } from "./package-name.ts";
import { placeFiles } from "./place-files.ts";
import { projectFiles } from "./project-files.ts";
import { Refusal } from "./refusal.ts";

type Options = { readonly javascript?: boolean; readonly force?: boolean };

/** Runs the program for these arguments and resolves to its exit status. */
export async function run(argv: readonly string[], host: Host): Promise<number> {
  let status = EXIT_OK;
  const program = commandFor(host).action(async (given: string | undefined, options: Options) => {
    const wrong = wrongFolder(given, host);
    if (wrong !== undefined) program.error(`error: ${wrong}`);
    status = await create(given, options, host);
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    if (!(error instanceof Refusal)) throw error;
    host.stderr.write(`create-kontiki: ${error.message}\n`);
    return EXIT_FAILED;
  }
}

/** What is wrong with the argument, undefined when nothing is. */
function wrongFolder(given: string | undefined, host: Host): string | undefined {
  if (given?.trim() === "") return "the folder's name is empty: name one, or . for this one";
  if (given === undefined && !canAsk(host))
    return `no terminal to ask for the folder: name it, as in npm create kontiki ${SUGGESTED}`;
  return undefined;
}

async function create(
  given: string | undefined,
  { javascript = false, force = false }: Options,
  host: Host,
): Promise<number> {
  const folder = given ?? (await askFolder(host));
  if (folder === undefined) return EXIT_INTERRUPTED;
  const path = resolve(host.cwd, folder);
  const language = javascript ? "javascript" : "typescript";
  placeFiles(path, projectFiles(packageName(path), language), { shown: folder, force });
  host.stdout.write(nextSteps(folder, path === resolve(host.cwd), host.env));
  return EXIT_OK;
}

function commandFor({ stdout, stderr }: Host): Command {
  return new Command("create-kontiki")
    .usage("[folder] [options]")
    .description("Creates a project with a replicated state machine and its simulated tests.")
    .argument("[folder]", "where to create it; asked for on a terminal when left out")
    .option("--javascript", "JavaScript in place of TypeScript")
    .option("--force", "also in a folder that is not empty; it overwrites no file")
    .version(ownManifest().version)
    .addHelpText("after", HELP)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      getOutHelpWidth: () => stdout.columns ?? HELP_COLUMNS,
      writeErr: (text) => void stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, "create-kontiki: ")),
    });
}

/** Width of help where there is no terminal to ask. */
const HELP_COLUMNS = 80;

const HELP = `
Examples:
  $ npm create kontiki my-bank
  $ npm create kontiki my-bank -- --javascript
  $ npm create kontiki . -- --force

The project has a bank as its state machine, a test that runs it in a simulated cluster, and a
scenario for "kontiki run". It installs nothing. The package is named after the folder.

Exit status: 0 the project is created, 1 it cannot be written (then nothing is left of it), 2 bad
usage, 130 interrupted.`;
