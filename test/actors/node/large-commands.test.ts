/** The bounds of commands, windows, turns and batches fit together. */
import { CONFIG_DEFAULTS, index, makeConfig, term, type Entry, type Message } from "@kontiki/core";
import { expect, test } from "vitest";
import { COMMAND_BYTES_MAX } from "../../../packages/actors/src/sessions/command.ts";
import { MemoryDisk } from "../../../packages/actors/src/storage/disk/memory-disk.ts";
import { NodeActor } from "../../../packages/actors/src/node/node-actor.ts";
import { openStorage } from "../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal, maxSegmentBytes } from "../../../packages/actors/src/storage/wal/open-wal.ts";
import { ReadIds } from "../../../packages/actors/src/node/reads.ts";
import { Journal, n1, n2, NODES, raft } from "../support/actors.ts";

test("a follower accepts a whole window of the largest commands in one turn", () => {
  const disk = new MemoryDisk({ maxFileBytes: maxSegmentBytes() });
  createWal(disk);
  const { storage, snapshots, recovered } = openStorage(disk);
  const actor = new NodeActor({
    config: makeConfig({ id: n1, voters: NODES }),
    recovered,
    storage,
    snapshots,
    machine: new Journal(),
    readIds: new ReadIds(1),
    policy: { entries: Infinity, bytes: Infinity },
    lease: undefined,
    tracer: undefined,
  });
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
        round: 1,
      };
    },
  );
  actor.begin([raft(n2, ...window)], 0);
  actor.write();
  storage.sync();
  actor.finish();
  expect(actor.state.durable).toBe(CONFIG_DEFAULTS.maxInflight);
});
