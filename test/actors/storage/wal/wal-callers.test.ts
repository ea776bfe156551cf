/** What a caller of a log must not do: an assertion fails then. */
import { AssertionError, index, term } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  openStorage,
  type OpenedStorage,
} from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import {
  MAX_BATCH_BYTES,
  MAX_COMMAND_BYTES,
} from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { append, compact, hardState, noop, truncate } from "../../support/storage/model.ts";
import { diskWith, write } from "../../support/storage/writing.ts";
import { BATCHES, sized } from "../../support/storage/segments.ts";

describe("what a caller must not do", () => {
  function fresh(): OpenedStorage {
    return openStorage(diskWith(BATCHES));
  }

  test("write a batch before the one before it is durable", () => {
    const opened = fresh();
    const { storage } = opened;
    write(opened, [append(noop(6, 3))]);
    expect(storage.flush()).toBe(true);
    write(opened, [append(noop(7, 3))]);
    expect(() => storage.flush()).toThrow(AssertionError);
    storage.sync();
    expect(storage.flush()).toBe(true);
  });

  test("without writes there is nothing to sync", () => {
    const { storage, recovered } = fresh();
    expect(storage.flush()).toBe(false);
    storage.sync();
    storage.append([]);
    storage.saveHardState(recovered.hard);
    storage.forgetHorizon();
    expect(storage.flush()).toBe(false);
  });

  test.each([
    ["leave a gap", append(noop(7, 3)), "entries must directly follow the last one"],
    ["truncate entries that are not there", truncate(6), "only existing entries are truncated"],
    ["decrease the term", hardState(2), "a term never decreases"],
    ["compact entries that are not there", compact(6, 3), "only existing entries are compacted"],
  ])("%s", (_title, part, message) => {
    expect(() => write(fresh(), [part])).toThrow(new AssertionError(message));
  });

  test("change a vote within its term", () => {
    const opened = fresh();
    write(opened, [hardState(3, "n1"), hardState(3, "n1")]);
    const changed = new AssertionError("a vote never changes within its term");
    expect(() => write(opened, [hardState(3, "n2")])).toThrow(changed);
    expect(() => write(opened, [hardState(3)])).toThrow(changed);
    write(opened, [hardState(4)]);
  });

  test("write more than fits in a batch", () => {
    const { storage } = fresh();
    const largest = { ...sized(0, MAX_COMMAND_BYTES), term: term(3) };
    const entries = Array.from({ length: MAX_BATCH_BYTES / MAX_COMMAND_BYTES }, (_, count) => ({
      ...largest,
      index: index(count + 6),
    }));
    expect(() => storage.append(entries)).toThrow(
      new AssertionError("a turn writes no more than fits in a batch"),
    );
    expect(() => storage.flush()).toThrow(AssertionError);
  }, 60_000);

  test("use a closed log", () => {
    const opened = fresh();
    const { storage } = opened;
    storage.close();
    storage.close();
    expect(() => write(opened, [append(noop(6, 3))])).toThrow(AssertionError);
    expect(() => storage.flush()).toThrow(AssertionError);
    expect(() => storage.sync()).toThrow(AssertionError);
  });
});
