import type { Entry } from "@kontiki/core";
import type { CommandBytes } from "../storage.ts";

/** The size of the buffers that commands are packed into; a command of a quarter or more gets its own. */
const SLAB_BYTES = 64 * 1024;

/**
 * Copies commands out of the segments that they were read from, several to a buffer, in the order of the log.
 *
 * A view keeps the whole buffer of its command in memory for as long as its entry is in the log. A segment is large, so
 * the few entries that are left of it after a compaction would keep many times their own bytes.
 */
export function packCommands(
  entries: readonly Entry<CommandBytes>[],
): readonly Entry<CommandBytes>[] {
  const isSmall = (command: CommandBytes): boolean => command.length < SLAB_BYTES / 4;
  let left = 0;
  for (const entry of entries)
    if (entry.type === "command" && isSmall(entry.command)) left += entry.command.length;
  let slab = new Uint8Array();
  let at = 0;
  return entries.map((entry) => {
    if (entry.type !== "command") return entry;
    if (!isSmall(entry.command)) return { ...entry, command: entry.command.slice() };
    const { length } = entry.command;
    if (at + length > slab.length) {
      slab = new Uint8Array(Math.min(SLAB_BYTES, left));
      at = 0;
    }
    const command = slab.subarray(at, at + length);
    command.set(entry.command);
    at += length;
    left -= length;
    return { ...entry, command };
  });
}
