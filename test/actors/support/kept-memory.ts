import type { Entry } from "@kontiki/core";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";

function commandsOf(entries: readonly Entry<CommandBytes>[]): readonly CommandBytes[] {
  return entries.flatMap((entry) => (entry.type === "command" ? [entry.command] : []));
}

/** The bytes of all commands. */
export function commandBytes(entries: readonly Entry<CommandBytes>[]): number {
  return commandsOf(entries).reduce((sum, { length }) => sum + length, 0);
}

/** The bytes of all buffers that the commands keep in memory, each counted once. */
export function bufferBytes(entries: readonly Entry<CommandBytes>[]): number {
  return keptBytes(commandsOf(entries));
}

/** The bytes of all buffers that views keep in memory, each counted once. */
export function keptBytes(views: readonly Uint8Array[]): number {
  const buffers = new Set(views.map(({ buffer }) => buffer));
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
