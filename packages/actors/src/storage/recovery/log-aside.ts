import type { Disk } from "../disk/disk.ts";
import { nameAside, setAside, setAsideOn } from "../disk/set-aside.ts";
import type { SalvagedLog } from "../storage.ts";
import { PROMISE_NAME, readPromise } from "../wal/promise.ts";
import { isSegmentName } from "../wal/wal-format.ts";
import { intactBatches, salvagedLog } from "../wal/wal-salvage.ts";

/**
 * Sets aside the segments of a log with a copy of its promise file, and what was damaged together with it. A crash may
 * happen anywhere: then the next start finds some of the segments, and completes this with the same number.
 *
 * @param names segments come last.
 */
export function setAsideLog(
  disk: Disk,
  names: readonly string[],
  number: number,
): readonly string[] {
  const there = disk.list();
  const isCopied = there.includes(nameAside(PROMISE_NAME, number));
  if (names.some(isSegmentName) && there.includes(PROMISE_NAME) && !isCopied)
    disk.create(nameAside(PROMISE_NAME, number), disk.read(PROMISE_NAME));
  return setAside(disk, names, number);
}

/** What is intact of logs that were set aside earlier. */
export function salvagedLogs(disk: Disk): readonly SalvagedLog[] {
  const files = setAsideOn(disk).filter(({ original }) => isSegmentName(original));
  const numbers = [...new Set(files.map(({ number }) => number))];
  return numbers.map((number) => {
    const names = files.filter((file) => file.number === number).map(({ name }) => name);
    const promise = readPromise(disk, nameAside(PROMISE_NAME, number));
    return salvagedLog(intactBatches(disk, names.sort()), promise);
  });
}
