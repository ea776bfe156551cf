/** What a machine does with commands and results after a call reaches neither the log nor a client's retry. */
import { index, MemoryLog, term, type Entry } from "@kontiki/core";
import { expect, test } from "vitest";
import { Applier } from "../../../packages/actors/src/node/applier.ts";
import {
  commandOf,
  encodeCommand,
  openingCommand,
} from "../../../packages/actors/src/sessions/command.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { opened } from "../support/actors.ts";

const T1 = term(1);

function numbered(sequence: number, payload: unknown): CommandBytes {
  return commandOf({ client: 1, sequence, floor: 1 }, encodeCommand(payload));
}

test("a retried command gets the answer of its time, and the log keeps its bytes", () => {
  const list: Uint8Array[] = [];
  const applier = new Applier({
    apply(command: unknown) {
      const bytes = command as Uint8Array;
      list.push(bytes.fill(list.length));
      return list;
    },
    snapshot: () => list,
    restore: () => undefined,
  });
  const [first, second] = [numbered(1, new Uint8Array(600)), numbered(2, new Uint8Array(600))];
  const commands = [openingCommand(1, 0), first, second, first];
  const before = commands.map((command) => new Uint8Array(command));
  const entries = commands.map((command, at): Entry<CommandBytes> => {
    return { type: "command", index: index(at + 1), term: T1, command };
  });
  const log = new MemoryLog<CommandBytes>((command) => command.length, entries);
  const answers = entries.flatMap((entry) => opened(applier.apply(log, entry.index, 1, T1)));
  const zeros = new Uint8Array(600);
  const ones = new Uint8Array(600).fill(1);
  expect(answers).toEqual([
    { to: "client/1", answers: { 1: { type: "ok", value: [zeros] } } },
    { to: "client/1", answers: { 2: { type: "ok", value: [zeros, ones] } } },
    { to: "client/1", answers: { 1: { type: "ok", value: [zeros] } } },
  ]);
  expect(commands.map((command) => new Uint8Array(command))).toEqual(before);
});
