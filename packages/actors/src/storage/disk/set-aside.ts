import type { Disk } from "./disk.ts";

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

/** Whether a file has the name of one that was set aside. */
export function isSetAside(name: string): boolean {
  return NAME.test(name);
}

/** A number for which no file was set aside yet. */
export function nextNumber(disk: Disk): number {
  return 1 + Math.max(0, ...setAsideOn(disk).map(({ number }) => number));
}

/** Sets these files aside, and returns their new names. Never over one that was set aside earlier. */
export function setAside(disk: Disk, names: readonly string[], number: number): readonly string[] {
  const there = new Set(disk.list());
  return names
    .filter((name) => there.has(name) && !there.has(nameAside(name, number)))
    .map((name) => {
      const aside = nameAside(name, number);
      disk.rename(name, aside);
      return aside;
    });
}

/** The name of a file once it is set aside. */
export function nameAside(name: string, number: number): string {
  return `${name}.damaged-${number}`;
}
