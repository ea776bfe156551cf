import { isLogFile, placedBatches, type Disk, type PlacedBatch } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { Loss, MayLose } from "../engine/loss.ts";
import { lossOfBatches } from "../simulation/loss-of.ts";

/** Bytes to be written over those of a file. */
export type Patch = { readonly name: string; readonly at: number; readonly bytes: Buffer };

/** Damage to be done. */
export type Damage = { readonly patch: Patch; readonly loss: Loss };

/** Durable bytes that may be damaged, and what is lost with them. */
type Place = {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly loss: Loss;
};

/** How many places are tried before the damage is given up. */
const TRIES = 16;

/**
 * Chooses up to `length` adjacent bytes of a log or of a snapshot that may be damaged: one bit of them, or all of them as
 * zeros. Undefined when none are found that `mayLose` allows.
 *
 * The last write of a log is never among them. A batch is written when the one before it is durable, so only the last may
 * not be, and damage to it looks like a write that a crash cut off: the node would forget a promise without noticing.
 */
export function chooseDamage(
  disk: Disk,
  what: "log" | "snapshot",
  length: number,
  chance: Chance,
  mayLose: MayLose,
): Damage | undefined {
  const places = what === "log" ? logPlaces(disk) : snapshotPlaces(disk);
  const total = places.reduce((sum, { from, to }) => sum + to - from, 0);
  if (total === 0) return undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const damage = damageAt(disk, places, chance.below(total), length, chance);
    if (damage !== undefined && mayLose(damage.loss)) return damage;
  }
  return undefined;
}

/**
 * Chooses a durable write of the log that lands at an earlier place of its file, with zeros at its own. Undefined when there
 * is none that `mayLose` allows.
 */
export function chooseMisplacement(
  disk: Disk,
  chance: Chance,
  mayLose: MayLose,
): { readonly patches: readonly Patch[]; readonly loss: Loss } | undefined {
  const batches = durableBatches(disk);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const own = chance.pick(batches);
    if (own === undefined) return undefined;
    const { name, from, to } = own;
    const inFile = batches.filter((batch) => batch.name === name);
    const first = inFile[0]?.from ?? from;
    const most = from - (to - from);
    if (most < first) continue;
    const at = chance.between(first, most);
    const hit = inFile.filter((batch) => batch.from < at + to - from && batch.to > at);
    const loss = lossOfBatches([...hit, own].map(({ batch }) => batch));
    if (!mayLose(loss)) continue;
    const bytes = Buffer.from(disk.readRange(name, from, to - from));
    const patches = [
      { name, at, bytes },
      { name, at: from, bytes: Buffer.alloc(to - from) },
    ];
    return { patches, loss };
  }
  return undefined;
}

function damageAt(
  disk: Disk,
  places: readonly Place[],
  drawn: number,
  length: number,
  chance: Chance,
): Damage | undefined {
  let left = drawn;
  for (const { name, from, to, loss } of places) {
    if (left >= to - from) {
      left -= to - from;
      continue;
    }
    const at = from + left;
    const before = Buffer.from(disk.readRange(name, at, Math.min(length, to - at)));
    if (before.length === 0) return undefined;
    const bytes = length === 1 ? flipped(before, chance.below(8)) : Buffer.alloc(before.length);
    return bytes.equals(before) ? undefined : { patch: { name, at, bytes }, loss };
  }
  return undefined;
}

function flipped(before: Buffer, bit: number): Buffer {
  const bytes = Buffer.from(before);
  bytes[0] = (bytes[0] ?? 0) ^ (1 << bit);
  return bytes;
}

/** All batches of the log but the last one. */
function durableBatches(disk: Disk): readonly PlacedBatch[] {
  return placedBatches(disk, disk.list().filter(isLogFile)).slice(0, -1);
}

function logPlaces(disk: Disk): readonly Place[] {
  return durableBatches(disk).map(({ name, from, to, batch }) => ({
    name,
    from,
    to,
    loss: lossOfBatches([batch]),
  }));
}

function snapshotPlaces(disk: Disk): readonly Place[] {
  return disk
    .list()
    .filter((name) => name.endsWith(".snapshot"))
    .map((name) => ({
      name,
      from: 0,
      to: disk.read(name).length,
      loss: { entries: [], snapshot: Number.parseInt(name, 10), isObscure: false },
    }));
}
