import { readPromise } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { Loss, MayLose } from "../engine/loss.ts";
import { batchesIn, lossIn } from "./loss-of.ts";
import type { Append, SimFile } from "./sim-file.ts";
import type { SimNames } from "./sim-names.ts";

/** Bytes of one file that may be damaged, from its beginning. */
type Place = { readonly name: string; readonly file: SimFile; readonly bytes: number };

/** Damage to be done. */
export type Hit = {
  readonly name: string;
  readonly file: SimFile;
  readonly from: number;
  readonly to: number;
  readonly loss: Loss;
};

/** How many places are tried before the damage is given up. */
const TRIES = 16;

/**
 * Chooses up to `length` adjacent bytes of a log or of a snapshot that may be damaged, where `mayLose` allows it; undefined when
 * none are found.
 *
 * All durable bytes of a snapshot may be damaged, and all of a log before its last fully durable write. That write may be damaged
 * only when the promise file on the device says that it was durable. Otherwise its damage looks like a write that a crash cut
 * off, and the node would forget a promise without noticing. The file is written after each sync and not synced itself. So
 * before the kernel writes it back, which is after some seconds, a loss of power before or during the next start may
 * take what it says.
 */
export function chooseHit(
  names: SimNames,
  what: "log" | "snapshot",
  length: number,
  chance: Chance,
  mayLose: MayLose,
): Hit | undefined {
  const places = what === "log" ? logPlaces(names) : placesOf(names, ".snapshot");
  const total = places.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total === 0) return undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const hit = hitAt(places, chance.below(total), length);
    if (hit !== undefined && mayLose(hit.loss)) return hit;
  }
  return undefined;
}

function hitAt(places: readonly Place[], place: number, length: number): Hit | undefined {
  let at = place;
  for (const { name, file, bytes } of places) {
    if (at < bytes) {
      const to = Math.min(bytes, at + length);
      const loss = lossIn(name, file, at, to);
      return loss === undefined ? undefined : { name, file, from: at, to, loss };
    }
    at -= bytes;
  }
  return undefined;
}

/**
 * The segments up to the last fully durable write, with or without it; a later segment with only a header proves that this
 * write was complete.
 */
function logPlaces(names: SimNames): Place[] {
  const places = placesOf(names, ".wal");
  const last = places.findLastIndex(({ file }) => file.lastSyncedAppend() !== undefined);
  return places.slice(0, last + 1).map((place, at) => {
    if (at < last) return place;
    const write = place.file.lastSyncedAppend();
    const isCertain = write !== undefined && isPromised(names, place, write);
    return { ...place, bytes: (isCertain ? write.to : write?.from) ?? 0 };
  });
}

/** Whether the promise file says that this write was durable, whatever a loss of power takes. */
function isPromised(names: SimNames, { name, file }: Place, write: Append): boolean {
  const last = batchesIn(name, file, write).at(-1);
  const promised = readPromise({
    list: () => names.list(),
    readRange: (other, offset, length) =>
      names.get(other)?.readDevice(offset, length) ?? new Uint8Array(),
  });
  return last !== undefined && (promised?.end.sequence ?? 0) >= last.end.sequence;
}

function placesOf(names: SimNames, ending: string): Place[] {
  return names.list().flatMap((name) => {
    const file = names.get(name);
    return file === undefined || !name.endsWith(ending) ? [] : [{ name, file, bytes: file.synced }];
  });
}
