import { renameSync } from "node:fs";
import { attempt } from "../storage/disk/system-calls.ts";

/** A name that no node can have. */
const SWAPPING = ".swapping";

/** Exchanges the folders of two disks. No thread may use either. @throws DiskError when that is not possible. */
export function swapFolders(one: string, other: string): void {
  const between = one + SWAPPING;
  attempt("rename", one, () => {
    renameSync(one, between);
    renameSync(other, one);
    renameSync(between, other);
  });
}
