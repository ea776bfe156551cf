/** An operation of a register: what it wrote, or what it found. */
export type Access = {
  readonly call: number;
  readonly return: number;
  /** The text of the value that it wrote; undefined when it wrote none. */
  readonly wrote: string | undefined;
  /** The text of the value that it found; undefined when it found none. */
  readonly found: string | undefined;
};

/** The accesses to one value that was written once: from the first return to the last call the register must hold it. */
type Zone = { firstReturn: number; lastCall: number; isRead: boolean; writes: number };

/**
 * Guesses the order of the accesses to a register by zones (Gibbons and Korach, "Testing shared memories", 1997).
 *
 * All accesses to a value that was written once happen while the register holds it. If one of them returned before
 * another was called, the register held the value all the time between, and no other value can come in between. If all of
 * them overlap, they can happen at any moment that they share. The guess is right if every value was written once. There is
 * no guess for a value that was not read, or was written more than once.
 */
export function valueRanks(accesses: readonly Access[]): readonly number[] {
  const zones = zonesOf(accesses);
  const solid = [...zones.values()]
    .filter((zone) => zone.isRead && zone.writes <= 1 && zone.firstReturn < zone.lastCall)
    .sort((one, other) => one.firstReturn - other.firstReturn);
  return accesses.map((access) => {
    const value = access.wrote ?? access.found;
    const zone = value === undefined ? undefined : zones.get(value);
    if (zone === undefined) return access.return;
    if (zone.writes > 1) return access.wrote === undefined ? access.return : Infinity;
    if (!zone.isRead) return Infinity;
    if (zone.firstReturn < zone.lastCall) return zone.lastCall;
    return momentOf(zone, solid);
  });
}

function zonesOf(accesses: readonly Access[]): ReadonlyMap<string, Zone> {
  const zones = new Map<string, Zone>();
  for (const { call, return: end, wrote, found } of accesses) {
    const value = wrote ?? found;
    if (value === undefined) continue;
    let zone = zones.get(value);
    if (zone === undefined) {
      zone = { firstReturn: Infinity, lastCall: -Infinity, isRead: false, writes: 0 };
      zones.set(value, zone);
    }
    zone.firstReturn = Math.min(zone.firstReturn, end);
    zone.lastCall = Math.max(zone.lastCall, call);
    if (wrote === undefined) zone.isRead = true;
    else zone.writes += 1;
  }
  return zones;
}

/** The moment of accesses that all overlap: when the last of them is called, or after the solid zone that holds that time. */
function momentOf({ lastCall, firstReturn }: Zone, solid: readonly Zone[]): number {
  let [low, high] = [0, solid.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((solid[middle]?.firstReturn ?? Infinity) < lastCall) low = middle + 1;
    else high = middle;
  }
  const before = solid[low - 1];
  if (before === undefined || before.lastCall < lastCall || before.lastCall > firstReturn)
    return lastCall;
  // Just after the zone, so that the order among those of one zone stays.
  return before.lastCall + Number.EPSILON * Math.abs(before.lastCall);
}
