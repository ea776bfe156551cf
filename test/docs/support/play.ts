/**
 * Plays the blocks of a page: runs their commands and gives the text that the page should have.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { commandsIn, textOf, type Command, type ConsoleBlock } from "./commands.ts";
import { shownElsewhere } from "./elsewhere.ts";
import { ROOT } from "./pages.ts";
import { recordedStates } from "./recorded.ts";
import { runCommand, runSession } from "./shell.ts";
import { agrees, countCertain, type Varying } from "./varying.ts";

const STATUS = "echo $?";

/** A leader that the machine gives no time loses its lead, and the session is another one then, and right as well. */
const ATTEMPTS = 3;

/**
 * Runs the commands of a block. Gives the block's own text where they print what it shows, but for what varies, and what
 * they print where not. `unknown` says that the text is not believed: a session is watched for longer.
 */
export async function played(
  block: ConsoleBlock,
  folder: string,
  unknown: boolean,
): Promise<string> {
  const commands = commandsIn(block.text);
  if (block.how.type === "instead") {
    const [command, ...more] = commands;
    if (command === undefined || more.length > 0 || command.output.length > 0)
      throw new Error("a block that another command is run for has one command without output");
    const { status, lines } = await runCommand(block.how.command, folder);
    if (status === 0) return block.text;
    throw new Error(`${block.how.command}: exit status ${status}\n${lines.join("\n")}`);
  }
  if (block.how.type === "elsewhere") return shownElsewhere(commands, block.how.page);
  if (block.how.type === "recorded") return recordedStates(commands, block.how.instance);
  const chosen = block.how.type === "run" ? block.how.folder : undefined;
  const cwd = chosen === undefined ? folder : join(ROOT, chosen);

  const results: Command[] = [];
  let status = 0;
  for (const [at, command] of commands.entries()) {
    if (command.command === STATUS) {
      results.push({ ...command, output: [String(status)] });
      continue;
    }
    const result = await playedCommand(command, cwd, block.varies, unknown);
    status = result.status;
    const isTold = status === 0 || commands[at + 1]?.command === STATUS;
    const { output } = result.command;
    results.push(
      isTold
        ? result.command
        : { ...result.command, output: [...output, `(exit status ${status})`] },
    );
  }
  return textOf(results);
}

type Result = { readonly command: Command; readonly status: number };

async function playedCommand(
  command: Command,
  cwd: string,
  varies: readonly Varying[],
  unknown: boolean,
): Promise<Result> {
  if (command.typed.length > 0) return playedSession(command, cwd, varies, unknown);
  const { lines, status } = await runCommand(command.command, cwd);
  const output = agrees(command.output, lines, varies) ? command.output : lines;
  return { command: { ...command, output }, status };
}

/** A session may change its folder: each attempt gets the folder as it was. */
async function playedSession(
  command: Command,
  cwd: string,
  varies: readonly Varying[],
  unknown: boolean,
): Promise<Result> {
  const before = mkdtempSync(join(tmpdir(), "kontiki-page-"));
  onTestFinished(() => rmSync(before, { recursive: true, force: true }));
  cpSync(cwd, before, { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const session = await runSession(command.command, cwd, command, {
      settle: unknown,
      countOf: (shown) => countCertain(shown, varies),
    });
    const { status } = session;
    const actual = { command: command.command, output: session.output, typed: session.typed };
    if (agrees(screenOf(command), screenOf(actual), varies)) return { command, status };
    if (attempt === ATTEMPTS || unknown) return { command: actual, status };
    rmSync(cwd, { recursive: true });
    cpSync(before, cwd, { recursive: true });
  }
}

function screenOf({ output, typed }: Command): readonly string[] {
  return [...output, ...typed.flatMap((one) => [`kontiki> ${one.line}`, ...one.output])];
}
