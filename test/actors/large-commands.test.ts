/** The bounds of commands, windows, turns and batches fit together. */
import { CONFIG_DEFAULTS, index, makeConfig, term, type Entry, type Message } from "@kontiki/core";
import { expect, test } from "vitest";
import { COMMAND_BYTES_MAX } from "../../packages/actors/src/command.ts";
import { MemoryDisk } from "../../packages/actors/src/memory-disk.ts";
import { NodeActor } from "../../packages/actors/src/node-actor.ts";
import { openStorage } from "../../packages/actors/src/open-storage.ts";
import { createWal, maxSegmentBytes } from "../../packages/actors/src/open-wal.ts";
import { Journal, letter, n1, n2, NODES } from "../support/actors.ts";

test("a follower takes a whole window of the largest commands in one turn", () => {
  const disk = new MemoryDisk({ maxFileBytes: maxSegmentBytes() });
  createWal(disk);
  const { storage, recovered } = openStorage(disk);
  const actor = new NodeActor(
    makeConfig({ id: n1, voters: NODES }),
    recovered,
    storage,
    new Journal(),
  );
  const command = new Uint8Array(COMMAND_BYTES_MAX);
  const window = Array.from(
    { length: CONFIG_DEFAULTS.maxInflight },
    (_, at): Message<Uint8Array> => {
      const entry: Entry<Uint8Array> = {
        type: "command",
        index: index(at + 1),
        term: term(1),
        command,
      };
      const [prevIndex, prevTerm] = [index(at), term(at === 0 ? 0 : 1)];
      return {
        type: "appendEntries",
        term: term(1),
        prevIndex,
        prevTerm,
        commit: index(0),
        entries: [entry],
      };
    },
  );
  actor.begin([letter(n2, { type: "raft", messages: window })]);
  storage.sync();
  actor.finish();
  expect(actor.state.durable).toBe(CONFIG_DEFAULTS.maxInflight);
});
