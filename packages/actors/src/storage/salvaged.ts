import {
  index,
  MemoryLog,
  TERM_ZERO,
  type Entry,
  type LogPiece,
  type LogPosition,
  type Salvage,
  type Snapshot,
} from "@kontiki/core";
import type { CommandBytes } from "./storage.ts";

/** What is intact of one log whose files were found damaged: see `LogCopy` of the core. */
export type SalvagedLog = {
  /** Runs of adjacent entries, in ascending order, none of them empty. */
  readonly pieces: readonly (readonly Entry<CommandBytes>[])[];
  /** Positions that the log is known to have held, ascending. The last one is where it ended. */
  readonly marks: readonly LogPosition[];
};

/** What is intact of files that were found damaged and set aside. */
export type Salvaged = {
  /** Of logs. */
  readonly logs: readonly SalvagedLog[];
  /** Snapshots of which some parts are intact. */
  readonly snapshots: readonly Snapshot[];
};

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
