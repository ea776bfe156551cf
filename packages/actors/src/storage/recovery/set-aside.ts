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

/** Sets files aside. A file that is there already was set aside by a start that a crash interrupted. */
export function setAside(disk: Disk, names: readonly string[], number: number): void {
  const there = new Set(disk.list());
  for (const name of names)
    if (there.has(name) && !there.has(nameOf(name, number)))
      disk.rename(name, nameOf(name, number));
}

/** Keeps a copy of the promise file with the log that it is about. */
export function keepPromise(disk: Disk, number: number): void {
  const there = disk.list();
  if (!there.includes(PROMISE_NAME) || there.includes(nameOf(PROMISE_NAME, number))) return;
  disk.create(nameOf(PROMISE_NAME, number), disk.read(PROMISE_NAME));
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
