import type { Entry } from "@kontiki/core";
import type { CommandBytes } from "../storage.ts";
import { CommandSlabs } from "../wal/command-slabs.ts";

/** Copies commands out of the segments that they were salvaged from. */
export function packCommands(
  entries: readonly Entry<CommandBytes>[],
): readonly Entry<CommandBytes>[] {
  const slabs = new CommandSlabs();
  let left = 0;
  for (const entry of entries) if (entry.type === "command") left += entry.command.length;
  return entries.map((entry) => {
    if (entry.type !== "command") return entry;
    const { length } = entry.command;
    const command = slabs.copy(entry.command, 0, length, left);
    left -= length;
    return { ...entry, command };
  });
}
