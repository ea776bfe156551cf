import {
  commandAt,
  commandNames,
  commandsOf,
  sessionCommands,
  type Completion,
  type SessionCommand,
} from "../session/commands.ts";

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
  const [first = ""] = words;
  if (words.length <= 1) return firstWords;
  const command = commandAt(words);
  if (command === undefined || words.length <= command.length)
    return words.length === 2 ? secondWords(first) : [];
  const { completes }: SessionCommand = sessionCommands[command.name];
  return choices(completes[words.length - 1 - command.length], nodeIds);
}

const firstWords = [...new Set(commandNames.map((name) => name.split(" ", 1)[0] ?? ""))];

function secondWords(first: string): readonly string[] {
  return commandsOf(first).flatMap((name) => name.split(" ").slice(1));
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
      return firstWords;
    case undefined:
      return [];
  }
}
