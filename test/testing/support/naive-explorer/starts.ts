import { INITIAL_HARD_STATE, type Config } from "@kontiki/core";
import { contentOf, log } from "../../../core/support/core.ts";
import { damaged } from "../../../core/support/damage.ts";
import { Server, type Disk } from "../../../core/support/server.ts";
import { BYTES, INCOMING } from "./snapshots.ts";

/** The disk of a new server. */
export const EMPTY: Disk = {
  image: { hard: INITIAL_HARD_STATE, log: log([]), horizon: undefined },
  files: [],
  salvage: [],
};

/** What each process found salvaged when it started. */
export const FOUND = new WeakMap<Server, Disk["salvage"]>();

/** The log that a copy is left of. */
export const HAD = new WeakMap<object, unknown>();

/** A server that starts from what is found on a disk. */
export function started(config: Config, disk: Disk): Server {
  const server = new Server(config, disk, BYTES.length / 2);
  const { role } = server.state;
  if (role.type === "follower")
    server.state = { ...server.state, role: { ...role, heard: config.leases } };
  FOUND.set(server, disk.salvage);
  return server;
}

/** A copy of a server, with what it found and what it has of a snapshot. */
export function copied(known: Server): Server {
  const server = known.copy();
  FOUND.set(server, FOUND.get(known) ?? []);
  INCOMING.set(server, INCOMING.get(known));
  return server;
}

/** What a start reads: files that were set aside only while the log is damaged. */
export function readable(disk: Disk): Disk {
  return disk.image.horizon === undefined ? { ...disk, salvage: [] } : disk;
}

/** What a crash leaves of the disk of a server when the disk loses an entry as well. */
export function diskWithout(entry: number, server: Server): Disk {
  const disk = readable(server.crash("nothing"));
  const left = damaged(disk, (each) => each === entry);
  const copy = left.salvage.at(-1);
  if (copy !== undefined) HAD.set(copy, contentOf(disk.image.log));
  return left;
}
