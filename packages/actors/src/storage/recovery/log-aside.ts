import { Buffer } from "#platform";
import type { Disk } from "../disk/disk.ts";
import { nameAside, setAside, setAsideOn } from "../disk/set-aside.ts";
import type { SalvagedLog } from "../storage.ts";
import { PROMISE_NAME, promiseDamage, readPromise } from "../wal/promise.ts";
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

/**
 * Sets the promise file aside if it is damaged: it is not written over, and one of another size could not be. The log is used
 * as it is, but whether its end was cut off can no longer be told.
 *
 * @param number of what was set aside in this start. With a log, that includes a copy of this file.
 * @returns its new name, if it has one, and what is wrong with it.
 */
export function setAsidePromise(
  disk: Disk,
  number: number,
): { readonly aside: readonly string[]; readonly damage: string } | undefined {
  const what = promiseDamage(disk);
  if (what === undefined) return undefined;
  const damage = `the promise file is damaged: ${disk.pathOf(PROMISE_NAME)}: ${what}; a log that was cut off at its end would not be noticed`;
  if (isKept(disk, PROMISE_NAME)) {
    disk.remove(PROMISE_NAME);
    return { aside: [], damage };
  }
  return { aside: setAside(disk, [PROMISE_NAME], number), damage };
}

/** Whether what was set aside has a copy of this file, also one of an earlier start that a crash interrupted. */
function isKept(disk: Disk, name: string): boolean {
  const bytes = disk.read(name);
  const copies = setAsideOn(disk).filter(({ original }) => original === name);
  return copies.some((copy) => Buffer.compare(disk.read(copy.name), bytes) === 0);
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
