import { index, term, type Entry, type Index, type Message } from "@kontiki/core";
import { isCommand } from "./command.ts";
import { packFrames, unpackFrames } from "./frames.ts";
import type { CommandBytes } from "./storage.ts";

/** Bytes that are not what they should be. Whoever meets it drops them and counts. */
export class WireError extends Error {
  override readonly name = "WireError";
}

const KIND = {
  requestVote: 0,
  voteReply: 1,
  appendEntries: 2,
  appendAccepted: 3,
  appendRejected: 4,
} as const;

/** A message as nested arrays of numbers, and all its commands as one byte string. */
export function messageToWire(message: Message<CommandBytes>): readonly unknown[] {
  switch (message.type) {
    case "requestVote":
      return [KIND.requestVote, message.term, message.lastIndex, message.lastTerm];
    case "voteReply":
      return [KIND.voteReply, message.term, message.granted];
    case "appendEntries": {
      const { prevIndex, prevTerm, commit, entries } = message;
      const frames = packFrames(
        entries.map((entry) => (entry.type === "noop" ? undefined : entry.command)),
      );
      return [
        KIND.appendEntries,
        message.term,
        prevIndex,
        prevTerm,
        commit,
        termRuns(entries),
        frames,
      ];
    }
    case "appendAccepted":
      return [KIND.appendAccepted, message.term, message.match];
    case "appendRejected":
      return [
        KIND.appendRejected,
        message.term,
        message.prevIndex,
        message.conflictTerm ?? null,
        message.conflictIndex,
      ];
    default:
      return message satisfies never;
  }
}

/** The message that nested arrays stand for. @throws WireError or AssertionError for any other shape. */
export function messageFromWire(wire: unknown): Message<CommandBytes> {
  if (!Array.isArray(wire)) throw new WireError("a message is an array");
  const fields = wire as readonly unknown[];
  const at = (position: number): number => numberAt(fields, position);
  const [kind] = fields;
  switch (kind) {
    case KIND.requestVote:
      return {
        type: "requestVote",
        term: term(at(1)),
        lastIndex: index(at(2)),
        lastTerm: term(at(3)),
      };
    case KIND.voteReply:
      if (typeof fields[2] !== "boolean") throw new WireError("a vote is given or not");
      return { type: "voteReply", term: term(at(1)), granted: fields[2] };
    case KIND.appendEntries: {
      const prevIndex = index(at(2));
      const entries = entriesFromWire(prevIndex, fields[5], fields[6]);
      return {
        type: "appendEntries",
        term: term(at(1)),
        prevIndex,
        prevTerm: term(at(3)),
        commit: index(at(4)),
        entries,
      };
    }
    case KIND.appendAccepted:
      return { type: "appendAccepted", term: term(at(1)), match: index(at(2)) };
    case KIND.appendRejected: {
      const conflictTerm = fields[3] === null ? undefined : term(at(3));
      return {
        type: "appendRejected",
        term: term(at(1)),
        prevIndex: index(at(2)),
        conflictTerm,
        conflictIndex: index(at(4)),
      };
    }
    default:
      throw new WireError(`there is no message of kind ${String(kind)}`);
  }
}

/** The terms of entries as runs, flat: term, count, term, count ... Nearly always one run. */
function termRuns(entries: readonly Entry<CommandBytes>[]): readonly number[] {
  const runs: number[] = [];
  for (const entry of entries) {
    const last = runs.length - 2;
    if (last >= 0 && runs[last] === entry.term) runs[last + 1] = (runs[last + 1] ?? 0) + 1;
    else runs.push(entry.term, 1);
  }
  return runs;
}

function entriesFromWire(
  prevIndex: Index,
  runs: unknown,
  frames: unknown,
): readonly Entry<CommandBytes>[] {
  if (!Array.isArray(runs) || !(frames instanceof Uint8Array))
    throw new WireError("entries are runs and frames");
  const commands = unpackFrames(frames);
  const entries: Entry<CommandBytes>[] = [];
  for (let run = 0; run < runs.length; run += 2) {
    const runTerm = term(numberAt(runs, run));
    const end = entries.length + numberAt(runs, run + 1);
    if (end > commands.length) throw new WireError("each entry has one frame");
    for (let at = entries.length; at < end; at += 1) {
      const command = commands[at];
      const place = index(prevIndex + at + 1);
      if (command === undefined) entries.push({ type: "noop", index: place, term: runTerm });
      else if (!isCommand(command))
        throw new WireError("a command holds a header, and not too much");
      else entries.push({ type: "command", index: place, term: runTerm, command });
    }
  }
  if (entries.length !== commands.length) throw new WireError("each entry has one frame");
  return entries;
}

function numberAt(fields: readonly unknown[], position: number): number {
  const value = fields[position];
  if (typeof value !== "number") throw new WireError(`field ${position} is a number`);
  return value;
}
