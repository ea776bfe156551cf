import type { Disk } from "../disk/disk.ts";
import type { SalvagedLog } from "../storage.ts";
import { PROMISE_NAME, readPromise } from "../wal/promise.ts";
import { isSegmentName } from "../wal/wal-format.ts";
import { intactBatches, salvagedLog } from "../wal/wal-salvage.ts";

/**
 * Files that were found damaged. They are never changed or removed by recovery: they keep their names, with `.damaged-1`
 * for those that the first start with damage found, `.damaged-2` for the second, and so on.
 *
 * @module
 */

const NAME = /^(.+)\.damaged-([1-9][0-9]{0,8})$/;

/** A file that was set aside. */
export type SetAside = {
  /** Its name. */
  readonly name: string;
  /** The name that it had. */
  readonly original: string;
  /** The number of the damage: files with the same number were set aside together. */
  readonly number: number;
};

/** All files that were set aside, by their numbers. */
export function setAsideOn(disk: Disk): readonly SetAside[] {
  return disk
    .list()
    .flatMap((name) => {
      const [, original, number] = NAME.exec(name) ?? [];
      return original === undefined ? [] : [{ name, original, number: Number(number) }];
    })
    .sort((one, other) => one.number - other.number);
}

/** A number for which no file was set aside yet. */
export function nextNumber(disk: Disk): number {
  return 1 + Math.max(0, ...setAsideOn(disk).map(({ number }) => number));
}

/** Sets these files aside, and returns their new names. Never over one that was set aside earlier. */
export function setAside(disk: Disk, names: readonly string[], number: number): readonly string[] {
  const there = new Set(disk.list());
  return names
    .filter((name) => there.has(name) && !there.has(nameOf(name, number)))
    .map((name) => {
      const aside = nameOf(name, number);
      disk.rename(name, aside);
      return aside;
    });
}

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
  const isCopied = there.includes(nameOf(PROMISE_NAME, number));
  if (names.some(isSegmentName) && there.includes(PROMISE_NAME) && !isCopied)
    disk.create(nameOf(PROMISE_NAME, number), disk.read(PROMISE_NAME));
  return setAside(disk, names, number);
}

/** What is intact of logs that were set aside earlier. */
export function salvagedLogs(disk: Disk): readonly SalvagedLog[] {
  const files = setAsideOn(disk).filter(({ original }) => isSegmentName(original));
  const numbers = [...new Set(files.map(({ number }) => number))];
  return numbers.map((number) => {
    const names = files.filter((file) => file.number === number).map(({ name }) => name);
    const promise = readPromise(disk, nameOf(PROMISE_NAME, number));
    return salvagedLog(intactBatches(disk, names.sort()), promise);
  });
}

function nameOf(name: string, number: number): string {
  return `${name}.damaged-${number}`;
}
