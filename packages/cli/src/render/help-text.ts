import { sessionCommands, usageOf, type CommandName } from "../session/commands.ts";
import type { Colors } from "../output/colors.ts";

/** One command at length, several as an aligned list. */
export function helpText(names: readonly CommandName[], colors: Colors): string {
  const [first] = names;
  if (names.length === 1 && first !== undefined) return onePage(first, colors);
  const width = Math.max(...names.map((name) => usageOf(name).length));
  const lines = names.map(
    (name) => `${usageOf(name).padEnd(width)}  ${colors.dim(sessionCommands[name].summary)}`,
  );
  return [...lines, "", ...wordRules()].join("\n");
}

function onePage(name: CommandName, colors: Colors): string {
  const { summary, example } = sessionCommands[name];
  return [usageOf(name), `  ${summary}`, `  ${colors.dim("example:")} ${example}`].join("\n");
}

/** How a line is read, for every help that shows the commands. */
export function wordRules(): readonly string[] {
  return [
    'Words are split at blanks; a word in double quotes is a JSON string: "two words\\n".',
    "Blank lines and lines that start with # are skipped.",
  ];
}
