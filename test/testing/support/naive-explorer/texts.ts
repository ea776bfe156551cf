import { contentOf } from "../../../core/support/core.ts";
import type { Packet } from "../../../core/support/network.ts";
import type { Disk, Server } from "../../../core/support/server.ts";
import { INCOMING } from "./snapshots.ts";
import { FOUND, HAD, readable } from "./starts.ts";

/** A text of plain data that does not depend on the order of keys. */
export function textOf(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)),
        )
      : value,
  );
}

/** Texts of data that is never changed. */
const TEXTS = new WeakMap<object, string>();

function knownText<T extends object>(data: T, make: (data: T) => string): string {
  const text = TEXTS.get(data) ?? make(data);
  TEXTS.set(data, text);
  return text;
}

/** Everything that matters for the future of a server to which nothing more happens in its run. */
export function serverText(server: Server): string {
  return knownText(server, () => {
    const { state, view, disk, hard } = server;
    const { hard: synced, log: onDisk, horizon } = disk.image;
    const salvage = copiesOf(readable(disk).salvage);
    const found = copiesOf(FOUND.get(server) ?? []);
    const damage = { horizon, salvage, found };
    const firsts = [view.firstIndex, onDisk.firstIndex];
    const files = disk.files.map(({ snapshot }) => snapshot);
    const snapshots = { firsts, files, incoming: INCOMING.get(server) };
    const logs = { log: contentOf(view), onDisk: contentOf(onDisk), held: heldBy(server) };
    return textOf({ uid: server.config.uid, state, ...logs, hard, synced, damage, snapshots });
  });
}

/** The packets that wait for a sync: it releases them. */
function heldBy(server: Server): readonly string[] {
  const packets: Packet[] = [];
  const synced = server.copy();
  synced.beginSync();
  synced.finishSync(packets);
  return packets.map(packetText).toSorted();
}

export function packetText(packet: Packet): string {
  return knownText(packet, textOf);
}

function copiesOf(salvage: Disk["salvage"]): unknown {
  return salvage.map((copy) => ({
    pieces: copy.pieces.map((piece) =>
      piece.slice(piece.firstIndex, piece.lastIndex, Number.MAX_SAFE_INTEGER),
    ),
    marks: copy.marks,
    had: HAD.get(copy),
  }));
}
