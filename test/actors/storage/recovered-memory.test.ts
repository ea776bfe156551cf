/** What the entries of a recovered log keep in memory. */
import { index, LOG_START, term, type Entry } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { createWal } from "../../../packages/actors/src/storage/wal/open-wal.ts";
import { openStorage } from "../../../packages/actors/src/storage/recovery/open-storage.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { MemoryDisk } from "../../../packages/actors/src/storage/disk/memory-disk.ts";
import { bufferBytes, commandBytes } from "../support/kept-memory.ts";

const MIB = 2 ** 20;
const SLAB = 64 * 1024;

/** The entries of a log with commands of these lengths, as a restarted node has them. */
function restarted(lengths: readonly number[]): readonly Entry<CommandBytes>[] {
  const disk = new MemoryDisk({ maxFileBytes: 16 * MIB });
  createWal(disk);
  const { storage } = openStorage(disk);
  for (const [at, length] of lengths.entries()) {
    const command = new Uint8Array(length).fill(at);
    storage.append([{ type: "command", index: index(at + 1), term: term(1), command }]);
  }
  storage.flush();
  storage.sync();
  storage.close();
  const { recovered } = openStorage(disk);
  expect(recovered.base).toEqual(LOG_START);
  expect(recovered.entries).toEqual(
    lengths.map((length, at) => ({
      type: "command",
      index: at + 1,
      term: 1,
      command: new Uint8Array(length).fill(at),
    })),
  );
  return recovered.entries;
}

describe.each([
  ["small", Array.from({ length: 4000 }, () => 150)],
  ["of all sizes", Array.from({ length: 300 }, (_, at) => 16 + ((at * 7919) % 30_000))],
  ["large", Array.from({ length: 5 }, () => MIB)],
])("commands that are %s", (_name, lengths) => {
  const entries = restarted(lengths);

  test("take hardly more than their bytes", () => {
    expect(bufferBytes(entries)).toBeLessThanOrEqual(1.34 * commandBytes(entries) + SLAB);
  });

  test("do not keep their segment when few are left after a compaction", () => {
    const left = entries.slice(-3);
    expect(bufferBytes(left)).toBeLessThanOrEqual(commandBytes(left) + 2 * SLAB);
  });
});

test("an empty log and one with a single short command take no more than that", () => {
  expect([bufferBytes(restarted([])), bufferBytes(restarted([20]))]).toEqual([0, 20]);
});
