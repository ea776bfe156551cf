import { join } from "node:path";
import {
  FileDisk,
  KontikiError,
  openDataDirectory,
  openStorage,
  type CommandBytes,
  type DataDirectory,
  type Storage,
} from "@kontiki/actors";
import type { Entry, HardState, Index, NodeId } from "@kontiki/core";
import type { Keeper, Kept } from "./keeper.ts";
import type { Value } from "./wire-message.ts";
import { WireError } from "./wire-reader.ts";
import { decodeValue, encodeValue } from "./wire.ts";

/**
 * Opens the storage of node `id`. It has its own folder in `directory`, so that all nodes of a cluster may use the same
 * directory.
 *
 * @throws KontikiError when the folder is in use, damaged, or holds something else.
 */
export function openDiskKeeper(
  directory: string,
  id: NodeId,
): { readonly keeper: Keeper; readonly kept: Kept } {
  const path = join(directory, id);
  const data = openDataDirectory(path, [id]);
  try {
    const { storage, recovered } = openStorage(new FileDisk(data.pathOf(id)));
    try {
      const { hard, horizon } = recovered;
      const entries = recovered.entries.map((entry) => decodeEntry(entry, path));
      return { keeper: new DiskKeeper(storage, data), kept: { hard, entries, horizon } };
    } catch (cause) {
      storage.close();
      throw cause;
    }
  } catch (cause) {
    data.close();
    throw cause;
  }
}

/** A write-ahead log. Its commands are values, encoded as on the wire. */
class DiskKeeper implements Keeper {
  readonly #storage: Storage;
  readonly #data: DataDirectory;

  constructor(storage: Storage, data: DataDirectory) {
    this.#storage = storage;
    this.#data = data;
  }

  saveHardState(hard: HardState): void {
    this.#storage.saveHardState(hard);
  }

  append(entries: readonly Entry<Value>[]): void {
    this.#storage.append(entries.map(encodeEntry));
  }

  truncate(after: Index): void {
    this.#storage.truncate(after);
  }

  forgetHorizon(): void {
    this.#storage.forgetHorizon();
  }

  sync(): void {
    if (this.#storage.flush()) this.#storage.sync();
  }

  close(): void {
    this.#storage.close();
    this.#data.close();
  }
}

function encodeEntry(entry: Entry<Value>): Entry<CommandBytes> {
  return entry.type === "command" ? { ...entry, command: encodeValue(entry.command) } : entry;
}

function decodeEntry(entry: Entry<CommandBytes>, path: string): Entry<Value> {
  try {
    if (entry.type === "command") return { ...entry, command: decodeValue(entry.command) };
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
  }
  throw new KontikiError(
    `${path} holds a log that is not of kontiki udp (entry ${entry.index}): use another --data`,
  );
}
