import { fstatSync, statSync, type BigIntStats } from "node:fs";

/** What an open descriptor is. Undefined for one that cannot be asked. */
function statsOf(fd: number): BigIntStats | undefined {
  try {
    // Not as numbers: after those of a pipe, Node 20 resolves the links to packages wrongly.
    return fstatSync(fd, { bigint: true });
  } catch {
    return undefined;
  }
}

/** Whether a descriptor is that of a folder. */
export function isFolder(fd: number): boolean {
  return statsOf(fd)?.isDirectory() === true;
}

/** Whether a descriptor is that of /dev/null. */
export function isNullDevice(fd: number): boolean {
  const stats = statsOf(fd);
  if (stats?.isCharacterDevice() !== true) return false;
  return stats.rdev === statSync("/dev/null", { bigint: true, throwIfNoEntry: false })?.rdev;
}
