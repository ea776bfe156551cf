import { eachCommand, type CommandInEntry } from "@kontiki/actors/node";
import type { Placed } from "./placed.ts";

/** A command that state machines applied, and their answer. */
export type Applied = { readonly command: unknown; readonly result: unknown };

/** What state machines applied of one entry: nothing of a repeat, a no-op or a change of membership. */
export type AppliedEntry = {
  /** In order. */
  readonly commands: Applied[];
  /** Whether some node has left the entry: then these commands are all. */
  isComplete: boolean;
};

/** The operations of clients in an entry; the command that only opens a session is none. */
export function operationsIn(entry: Placed["entry"] | undefined): readonly CommandInEntry[] {
  if (entry?.type !== "command") return [];
  return eachCommand(entry.command).filter(({ sequence }) => sequence > 0);
}
