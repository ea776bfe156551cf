import { decode, eachCommand, type CommandBytes, type CommandInEntry } from "@kontiki/actors/node";
import type { LogLine } from "@kontiki/actors";
import type { Effect, Entry } from "@kontiki/core";
import { logText } from "../render/log-text.ts";
import { membershipText, type Notation } from "../render/message-text.ts";
import type { Cell, LogChange } from "./recording.ts";

/** The content of an entry is cut off after this many characters. */
const TEXT_MAX = 60;

/** How a page shows commands and entries in the texts of messages and events. */
export const NOTATION: Notation<CommandBytes> = {
  commandText: (command) => commandText(command),
  listedEntries: 3,
};

/** Entries as the cells of a log. */
export function cellsOf(entries: readonly Entry<CommandBytes>[]): readonly Cell[] {
  return entries.map((entry) => cellOf(entry, commandText));
}

/** An entry as a cell. @param textOf shows a command. */
export function cellOf<C>(entry: Entry<C>, textOf: (command: C) => string): Cell {
  switch (entry.type) {
    case "noop":
      return [entry.term, "n", "no-op"];
    case "membership":
      return [entry.term, "m", `members ${membershipText(entry.membership)}`];
    case "command":
      return [entry.term, "c", textOf(entry.command)];
    default:
      return entry satisfies never;
  }
}

/** An entry as a running node gives it. */
export function cellOfLine(line: LogLine): Cell {
  if (line.type === "noop") return [line.term, "n", "no-op"];
  const text = shortened(logText(line).split(" ").slice(2).join(" "));
  return [line.term, line.type === "command" ? "c" : "m", text];
}

/** The commands of an entry as they are typed at the prompt, and which client proposed them. */
function commandText(entry: CommandBytes): string {
  return shortened(eachCommand(entry).map(oneText).join("; "));
}

function oneText({ client, sequence, payload }: CommandInEntry): string {
  const content = payload.length === 0 ? undefined : decode(payload);
  const line = { type: "command", index: 0, term: 0, client, sequence, command: content } as const;
  // Without its place, which the cell has.
  return logText(line).split(" ").slice(2).join(" ");
}

function shortened(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}...`;
}

/** What the effects of one step do to the log; undefined when they leave it. */
export function logChangeOf(effects: readonly Effect<CommandBytes>[]): LogChange | undefined {
  let change: LogChange | undefined;
  for (const effect of effects) change = changed(change, effect);
  return change;
}

function changed(
  change: LogChange | undefined,
  effect: Effect<CommandBytes>,
): LogChange | undefined {
  switch (effect.type) {
    case "truncateLog":
      return { ...change, after: effect.after };
    case "appendLog":
      return { ...change, append: [...(change?.append ?? []), ...cellsOf(effect.entries)] };
    case "compactLog":
      return { ...change, compact: effect.upTo };
    case "installSnapshot": {
      const { index, term } = effect.snapshot;
      return { base: [index, term] };
    }
    default:
      return change;
  }
}
