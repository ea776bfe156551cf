import type { LogView } from "@kontiki/core";
import { begunJson, droppedJson, endedJson, turnJson } from "./json-lines.ts";
import { addressOf, type Member } from "./members.ts";
import { commandLines, droppedLine, logLine, turnLines, type Notation } from "./notation.ts";
import type { Begun, Dropped, Turn } from "./turn.ts";
import type { Value } from "./wire-message.ts";

/** How the turns of a node are printed. Each method returns complete lines. */
export interface Printer {
  begun(begun: Begun, log: LogView<Value>): string;
  turn(turn: Turn, log: LogView<Value>): string;
  dropped(dropped: Dropped): string;
  ended(dropped: number): string;
}

/** As the original prints them. */
export function textPrinter(notation: Notation): Printer {
  return {
    begun: ({ commands }) => lines([...commandLines(commands, notation), AWAITING]),
    turn: (turn, log) => lines([...turnLines(turn, notation), logLine(log), AWAITING]),
    dropped: (dropped) => lines([droppedLine(dropped)]),
    ended: () => "",
  };
}

/** One JSON object per line. */
export function jsonPrinter(self: Member): Printer {
  return {
    begun: (begun, log) => begunJson(self.id, addressOf(self), begun, log),
    turn: (turn, log) => turnJson(self.id, turn, log),
    dropped: (dropped) => droppedJson(self.id, dropped),
    ended: (dropped) => endedJson(self.id, dropped),
  };
}

const AWAITING = "Awaiting event";

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
