import { membershipAt, TERM_ZERO, type Effect, type Event, type Snapshot } from "@kontiki/core";
import type { Command } from "../../../core/support/core.ts";
import { checksumOf } from "../../../core/support/machine.ts";
import type { Server } from "../../../core/support/server.ts";

/** All snapshots have these bytes, in two parts: nothing is ever applied. */
export const BYTES = new TextEncoder().encode("[]");

/** The parts that a server has saved of a snapshot. */
export const INCOMING = new WeakMap<Server, unknown>();

/** Whether a server knows more to be committed than its newest snapshot holds. */
export function hasNews({ state: { commit, snapshot } }: Server): boolean {
  return commit > (snapshot?.index ?? 0);
}

export function snapshotOf({ observed: { env }, state }: Server): Snapshot {
  const { commit: index } = state;
  const term = env.log.termAt(index) ?? TERM_ZERO;
  const membership = membershipAt(env, state, index);
  return { index, term, membership, size: BYTES.length, checksum: checksumOf(BYTES) };
}

export function keep(server: Server, snapshot: Snapshot): void {
  const files = [...server.disk.files, { snapshot, bytes: BYTES }].slice(-2);
  server.disk = { ...server.disk, files };
}

/** What follows a part that a server saves: the last one makes its snapshot whole, and the file is durable at once. */
export function saved(server: Server, effect: Effect<Command>): readonly Event<Command>[] {
  if (effect.type !== "saveChunk") return [];
  const { snapshot, offset, bytes } = effect;
  const received = offset + bytes.length;
  if (received < snapshot.size) {
    INCOMING.set(server, { snapshot, received });
    return [];
  }
  INCOMING.delete(server);
  keep(server, snapshot);
  return [{ type: "snapshotReceived", snapshot }];
}
