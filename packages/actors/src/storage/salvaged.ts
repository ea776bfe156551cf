import {
  index,
  MemoryLog,
  TERM_ZERO,
  type Entry,
  type LogPiece,
  type Salvage,
} from "@kontiki/core";
import type { CommandBytes, Salvaged } from "./storage.ts";

/** What the core reads of it. */
export function salvageOf({ logs, snapshots }: Salvaged): Salvage<CommandBytes> {
  return {
    logs: logs.map(({ pieces, marks }) => ({ pieces: pieces.map(pieceOf), marks })),
    snapshots,
  };
}

function pieceOf(entries: readonly Entry<CommandBytes>[]): LogPiece<CommandBytes> {
  const first = entries[0]?.index ?? index(1);
  // The term of the entry before a piece is not known, and no one asks for it.
  const base = { index: index(first - 1), term: TERM_ZERO };
  return new MemoryLog((command) => command.length, entries, base);
}
