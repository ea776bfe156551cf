import { index, term, type Entry, type Index, type Membership, type Term } from "@kontiki/core";
import { isCommand } from "../sessions/run.ts";
import { Frames, unpackFrames } from "./frames.ts";
import type { CommandBytes } from "../storage/storage.ts";
import { bytesAt, fieldsOf, wholeAt, WireError, type Fields } from "./wire-fields.ts";
import { membershipFromWire, membershipToWire } from "./wire-membership.ts";

/**
 * Encodes adjacent entries as an array: the runs of their terms, their commands as frames, and, only if there are any,
 * the memberships with their positions. An entry without a command has an absent frame, and is a no-op unless it is
 * among the memberships. So the entries of clients, which are nearly all entries, need no more than this.
 */
export function entriesToWire(entries: readonly Entry<CommandBytes>[]): Fields {
  const commands = entries.map((entry) => (entry.type === "command" ? entry.command : undefined));
  const [runs, frames] = [termRuns(entries), new Frames(commands)];
  const memberships = commands.includes(undefined) ? membershipsToWire(entries) : [];
  return memberships.length === 0 ? [runs, frames] : [runs, frames, memberships];
}

/** Decodes entries; the first follows `prevIndex`. @throws WireError */
export function entriesFromWire(prevIndex: Index, wire: unknown): readonly Entry<CommandBytes>[] {
  const fields = fieldsOf(wire, "entries");
  const runs = fieldsOf(fields[0], "a list of terms");
  const commands = unpackFrames(bytesAt(fields, 1));
  const memberships = membershipsFromWire(fields[2]);
  const entries: Entry<CommandBytes>[] = [];
  for (let run = 0; run < runs.length; run += 2) {
    const runTerm = term(wholeAt(runs, run));
    const end = entries.length + wholeAt(runs, run + 1);
    if (end > commands.length) throw new WireError("each entry has one frame");
    for (let at = entries.length; at < end; at += 1) {
      const command = commands[at];
      const place = index(prevIndex + at + 1);
      if (command === undefined) entries.push(withoutCommand(place, runTerm, memberships?.get(at)));
      else if (!isCommand(command))
        throw new WireError("an entry holds a command, or a run whose lengths add up");
      else entries.push({ type: "command", index: place, term: runTerm, command });
    }
  }
  if (entries.length !== commands.length) throw new WireError("each entry has one frame");
  for (const at of memberships?.keys() ?? [])
    if (entries[at]?.type !== "membership") throw new WireError("a membership has an entry");
  return entries;
}

/** The terms of entries as a flat list of runs: term, count, term, count ... Nearly always one run. */
function termRuns(entries: readonly Entry<CommandBytes>[]): readonly number[] {
  const [first] = entries;
  if (first === undefined) return [];
  const runs: number[] = [];
  let current: number = first.term;
  let count = 0;
  for (const { term: next } of entries) {
    if (next !== current) {
      runs.push(current, count);
      current = next;
      count = 0;
    }
    count += 1;
  }
  runs.push(current, count);
  return runs;
}

/** Position, membership, position, membership ... */
function membershipsToWire(entries: readonly Entry<CommandBytes>[]): Fields {
  return entries.flatMap((entry, at) =>
    entry.type === "membership" ? [at, membershipToWire(entry.membership)] : [],
  );
}

function membershipsFromWire(wire: unknown): ReadonlyMap<number, Membership> | undefined {
  if (wire === undefined) return undefined;
  const flat = fieldsOf(wire, "a list of memberships");
  const found = new Map<number, Membership>();
  for (let at = 0; at < flat.length; at += 2)
    found.set(wholeAt(flat, at), membershipFromWire(flat[at + 1]));
  return found;
}

function withoutCommand(
  at: Index,
  inTerm: Term,
  membership: Membership | undefined,
): Entry<CommandBytes> {
  if (membership === undefined) return { type: "noop", index: at, term: inTerm };
  return { type: "membership", index: at, term: inTerm, membership };
}
