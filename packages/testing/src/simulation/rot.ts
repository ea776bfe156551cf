import type { Chance } from "../chance.ts";
import type { SimFile } from "./sim-file.ts";
import type { SimNames } from "./sim-names.ts";

type Place = { readonly name: string; readonly file: SimFile; readonly bytes: number };

/**
 * Changes one bit of a log or of a snapshot, and returns where; undefined when there is nothing that may rot.
 *
 * In a log everything before the last fully durable write may rot. That write stays: damage inside the last batch of a log
 * looks like a write that a crash cut off, and the last intact batch tells a node that its log is damaged and how far it
 * reached. Without it the log looks like a shorter log.
 */
export function rot(names: SimNames, what: "log" | "snapshot", chance: Chance): string | undefined {
  const places = what === "log" ? logPlaces(names) : snapshotPlaces(names);
  const total = places.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total === 0) return undefined;
  let at = chance.below(total);
  for (const { name, file, bytes } of places) {
    if (at < bytes) {
      const bit = chance.below(8);
      file.flip(at, bit);
      return `bit ${bit} of byte ${at} of ${name}`;
    }
    at -= bytes;
  }
  return undefined;
}

function snapshotPlaces(names: SimNames): Place[] {
  return placesOf(names, ".snapshot");
}

/** The segments up to the last intact write; a later segment with only a header proves that this write was complete. */
function logPlaces(names: SimNames): Place[] {
  const places = placesOf(names, ".wal");
  const last = places.findLastIndex(({ file }) => file.lastSyncedAppend() !== undefined);
  return places
    .slice(0, last + 1)
    .map((place, at) =>
      at === last ? { ...place, bytes: place.file.lastSyncedAppend()?.from ?? 0 } : place,
    );
}

function placesOf(names: SimNames, ending: string): Place[] {
  return names.list().flatMap((name) => {
    const file = names.get(name);
    return file === undefined || !name.endsWith(ending) ? [] : [{ name, file, bytes: file.synced }];
  });
}
