import * as fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { KEPTS, type Kept } from "../../../packages/actors/src/faults/crash-points.ts";
import { takePower } from "../../../packages/actors/src/faults/lose-power.ts";
import { recordingCalls } from "../../../packages/actors/src/faults/recording-calls.ts";
import { UnsyncedRecord } from "../../../packages/actors/src/faults/unsynced-record.ts";
import { FileDisk } from "../../../packages/actors/src/storage/disk/file-disk.ts";
import type { SystemCalls } from "../../../packages/actors/src/storage/disk/system-calls.ts";
import { createWal, hasWal } from "../../../packages/actors/src/storage/wal/open-wal.ts";
import { batchesOf } from "../support/storage/arbitraries.ts";
import { memoryDisk, mortalCalls, PowerLoss, temporaryFolder } from "../support/storage/disks.ts";
import { contentsAfter, contentWithin, EMPTY } from "../support/storage/model.ts";
import { contentOn, live } from "../support/storage/writing.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const half = (): number => 1 / 2;

/** A disk whose losses of power are known. */
class PoweredDisk {
  readonly folder = temporaryFolder();
  readonly record = new UnsyncedRecord();

  /** The disk as a thread sees it that ends when its system calls fail. */
  thread(calls?: SystemCalls): FileDisk {
    return new FileDisk(this.folder, recordingCalls(this.record, this.folder, calls));
  }

  losePower(kept: Kept, random: () => number = half): ReturnType<typeof takePower> {
    return takePower({ type: "file", record: this.record }, kept, random);
  }

  text(name: string): string {
    return readFileSync(join(this.folder, name), "latin1");
  }

  get names(): readonly string[] {
    return readdirSync(this.folder).toSorted();
  }
}

/** A disk with a file of which `synced` is on the device, and `unsynced` is not. */
function written(synced: string, unsynced: string): PoweredDisk {
  const powered = new PoweredDisk();
  const disk = powered.thread();
  disk.create("file", bytes(""));
  const file = disk.open("file");
  file.append(bytes(synced));
  file.sync();
  file.append(bytes(unsynced));
  file.close();
  return powered;
}

describe("a loss of power", () => {
  test.each([
    ["nothing", "synced", { bytesLost: 9, torn: 0 }],
    ["torn", "syncedunsy", { bytesLost: 5, torn: 1 }],
    ["everything", "syncedunsynced!", { bytesLost: 0, torn: 0 }],
  ] as const)("that keeps %s of an unsynced write", (kept, left, lost) => {
    const powered = written("synced", "unsynced!");
    expect(powered.losePower(kept)).toEqual({ ...lost, namesUndone: 0 });
    expect(powered.text("file")).toBe(left);
  });

  test("that keeps some sectors of it leaves zeros in the others", () => {
    const powered = written("s".repeat(512), "u".repeat(1024));
    const draws = [0.1, 0.9].values();
    powered.losePower("some", () => draws.next().value ?? 0);
    expect(powered.text("file")).toBe("s".repeat(512) + "u".repeat(512) + "\0".repeat(512));
  });

  test("takes nothing that was synced, also of another thread", () => {
    const powered = written("synced", " later");
    const next = powered.thread().open("file");
    next.sync();
    next.close();
    expect(powered.losePower("nothing")).toEqual({ bytesLost: 0, torn: 0, namesUndone: 0 });
    expect(powered.text("file")).toBe("synced later");
  });

  test("takes what an earlier thread has left unsynced", () => {
    const powered = written("synced", " later");
    const next = powered.thread().open("file");
    next.append(bytes(" still later"));
    next.close();
    powered.losePower("nothing");
    expect(powered.text("file")).toBe("synced");
  });

  test("brings back what was written over, and what was cut off", () => {
    const powered = written("a".repeat(512) + "b".repeat(512), "");
    const disk = powered.thread();
    const file = disk.open("file");
    file.overwrite(600, bytes("XYZ"));
    file.truncate(800);
    file.close();
    powered.losePower("nothing");
    expect(powered.text("file")).toBe("a".repeat(512) + "b".repeat(512));
  });

  test.each(["renamed", "replaced", "removed"] as const)(
    "undoes that a file was %s, while its folder is not synced",
    (what) => {
      const powered = new PoweredDisk();
      powered.thread().create("old", bytes("old"));
      if (what !== "renamed") powered.thread().create("new", bytes("before"));
      const before = powered.names;
      const fsyncSync = (): void => {
        throw new PowerLoss();
      };
      const disk = powered.thread({ ...mortalCalls(Infinity), fsyncSync });
      expect(() => (what === "removed" ? disk.remove("new") : disk.rename("old", "new"))).toThrow(
        PowerLoss,
      );
      expect(powered.losePower("nothing")).toEqual({ bytesLost: 0, torn: 0, namesUndone: 1 });
      expect(powered.names).toEqual(before);
      if (what !== "renamed") expect(powered.text("new")).toBe("before");
      expect(powered.text("old")).toBe("old");
    },
  );

  test("leaves no second names behind once the folder is synced", () => {
    const powered = new PoweredDisk();
    const disk = powered.thread();
    disk.create("one", bytes("1"));
    disk.create("one", bytes("2"));
    disk.create("two", bytes("3"));
    disk.remove("two");
    expect(powered.names).toEqual(["one"]);
    expect(powered.losePower("nothing")).toEqual({ bytesLost: 0, torn: 0, namesUndone: 0 });
    expect(powered.text("one")).toBe("2");
  });

  test("of a disk in memory", () => {
    const disk = memoryDisk();
    disk.create("file", bytes("synced"));
    const file = disk.open("file");
    file.append(bytes("unsynced"));
    const dead = { type: "memory", files: disk.files() } as const;
    expect(takePower(dead, "torn", half)).toEqual({ bytesLost: 4, torn: 1, namesUndone: 0 });
    expect(Buffer.from(disk.read("file")).toString()).toBe("syncedunsy");
  });
});

function isEnd(cause: unknown): boolean {
  return cause instanceof PowerLoss;
}

test("a log whose machine loses power at any system call has all that was synced, and invents nothing", () => {
  const cases = fc.tuple(batchesOf({ max: 4 }), fc.constantFrom(1, 500), fc.constantFrom(...KEPTS));
  fc.assert(
    fc.property(cases, fc.infiniteStream(fc.nat(999)), ([batches, segmentBytes, kept], chance) => {
      const contents = contentsAfter(batches);
      for (let budget = 0, isFinished = false; !isFinished; budget += 1) {
        const powered = new PoweredDisk();
        const disk = powered.thread(mortalCalls(budget));
        const [flushed, synced] = live(disk, batches, segmentBytes, isEnd);
        isFinished = synced === batches.length;
        powered.losePower(kept, () => (chance.next().value ?? 0) / 1000);
        const [before = EMPTY, after = before] = contents.slice(synced, flushed + 1);
        const possible = [before, after, contentWithin(before, batches[synced] ?? [])];
        const again = new FileDisk(powered.folder, mortalCalls(Infinity));
        if (!hasWal(again)) createWal(again);
        expect(possible).toContainEqual(contentOn(again));
      }
    }),
    { numRuns: 4 },
  );
}, 60_000);
