/**
 * Counts by name of what happened in a run: what faults began, and what of them bit. A fault that never bit has shown
 * nothing, so a run says what it met.
 *
 * | name                                               | how often                                                |
 * | -------------------------------------------------- | -------------------------------------------------------- |
 * | `began.<type>`, `ended.<type>`, `skipped.<type>`   | a fault of that kind began, ended, could not be done     |
 * | `letters.sent`, `.delivered`                       | letters, copies delivered among them                     |
 * | `letters.lost.partition`, `.oneWay`, `.loss`, `.power` | a letter never arrived, and why                      |
 * | `letters.delayed`, `.queued`, `.clogged`           | a letter was late, waited for bandwidth, was held        |
 * | `letters.duplicated`, `.reordered`, `.replayed`    | a copy, a letter that was overtaken, an old one arrived  |
 * | `partition.leaderInMinority`, `.leaderInMajority`  | a partition began that took the leader its majority, not |
 * | `disk.errors.write`, `.sync`, `.read`, `disk.full` | an operation failed                                      |
 * | `disk.slowed`, `.stalled`                          | an operation took longer, a sync waited for a stall      |
 * | `disk.bytesLost`, `.torn`                          | bytes that a loss of power took, files that it tore      |
 * | `disk.rotten.log`, `.snapshot`, `disk.misdirected` | durable bytes were damaged                               |
 * | `disk.damageRemoved`                               | a damaged file was removed                               |
 * | `swap.refused`, `.accepted`                        | a node did not start, or did, with the disk of another   |
 * | `fell.leader`, `fell.again`, `fell.<point>`        | who fell led, fell in a loop, fell at a point of a turn  |
 * | `clock.jumps`                                      | jumps of a strobe                                        |
 * | `change.taken`, `.refused`, `.done`                | a leader took a change, or not; it was committed         |
 */
export class Counters {
  readonly #counts = new Map<string, number>();

  /** Raises a count, by 1 or by a whole number from 0. Names are words joined by dots: `letters.lost.partition`. */
  count(name: string, by = 1): void {
    if (by > 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** How often so far. */
  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** All counts above 0, in the order of their names. */
  toRecord(): Readonly<Record<string, number>> {
    const names = [...this.#counts.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, this.of(name)]));
  }
}
