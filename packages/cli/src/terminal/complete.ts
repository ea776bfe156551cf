import { commandNames, isCommandName, sessionCommands } from "../session/commands.ts";
import type { Completion, SessionCommand } from "../session/commands.ts";

/** What readline asks for: what fits, and the part of the line that it stands for. */
export type Completed = [matches: string[], typed: string];

/** Completes the last word of `line`: commands first, then what the command takes at that place. */
export function complete(line: string, nodeIds: readonly string[]): Completed {
  const words = line.trimStart().split(/[ \t]+/);
  const typed = words.at(-1) ?? "";
  return [
    candidates(words, nodeIds)
      .filter((word) => word.startsWith(typed))
      .map((word) => `${word} `),
    typed,
  ];
}

function candidates(words: readonly string[], nodeIds: readonly string[]): readonly string[] {
  const [name = ""] = words;
  if (words.length <= 1) return commandNames;
  if (!isCommandName(name)) return [];
  const { completes }: SessionCommand = sessionCommands[name];
  return choices(completes[words.length - 2], nodeIds);
}

function choices(
  completion: Completion | undefined,
  nodeIds: readonly string[],
): readonly string[] {
  switch (completion) {
    case "node":
      return [...nodeIds, "leader"];
    case "condition":
      return ["leader", "converged"];
    case "command":
      return commandNames;
    case undefined:
      return [];
  }
}
