import type { Index, MemoryLog } from "@kontiki/core";
import type { CommandBytes } from "../storage/storage.ts";

/** The most bytes of commands that are kept before a snapshot: a run of many commands is one entry. */
export const KEPT_BYTES_MAX = 16 * 1024 * 1024;

/**
 * How many entries up to `upTo`, that of a snapshot, may be kept so that their commands stay within the bound; undefined
 * if all that the log has may be.
 */
export function keptWithin(log: MemoryLog<CommandBytes>, upTo: Index): number | undefined {
  const all = upTo - (log.firstIndex - 1);
  const bytesOf = (entries: number): number => log.bytesBetween((upTo - entries) as Index, upTo);
  if (all <= 0 || bytesOf(all) <= KEPT_BYTES_MAX) return undefined;
  let [least, most] = [0, all - 1];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (bytesOf(middle) > KEPT_BYTES_MAX) most = middle - 1;
    else least = middle;
  }
  return least;
}
