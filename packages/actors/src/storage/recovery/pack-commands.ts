import type { Entry } from "@kontiki/core";
import type { CommandBytes } from "../storage.ts";

/**
 * Copies commands out of segments of which little is left. A command is a view of the segment that it was read from,
 * and would keep the whole segment in memory for as long as it is in the log.
 */
export function copySparseCommands(
  entries: readonly Entry<CommandBytes>[],
): readonly Entry<CommandBytes>[] {
  const used = new Map<ArrayBufferLike, number>();
  for (const entry of entries) {
    if (entry.type !== "command") continue;
    const { buffer, length } = entry.command;
    used.set(buffer, (used.get(buffer) ?? 0) + length);
  }
  const isWaste = (buffer: ArrayBufferLike): boolean =>
    (used.get(buffer) ?? 0) < buffer.byteLength / 2;
  return entries.map((entry) =>
    entry.type === "command" && isWaste(entry.command.buffer)
      ? { ...entry, command: entry.command.slice() }
      : entry,
  );
}
