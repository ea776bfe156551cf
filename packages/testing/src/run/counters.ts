/**
 * Counts what happened in a run, by name: which faults began, and which of them had an effect. A fault without an effect
 * has tested nothing, so a run reports these counts.
 *
 * | name                                               | how often                                                |
 * | -------------------------------------------------- | -------------------------------------------------------- |
 * | `began.<type>`, `ended.<type>`, `skipped.<type>`   | a fault of that kind began, ended, was not possible      |
 * | `letters.sent`, `.delivered`                       | letters; delivered ones include copies                   |
 * | `letters.lost.partition`, `.oneWay`, `.loss`, `.power` | a letter never arrived, by cause                     |
 * | `letters.delayed`, `.queued`, `.clogged`           | a letter was late, waited for bandwidth, was held        |
 * | `letters.duplicated`, `.reordered`, `.replayed`    | a copy, a letter that was overtaken, an old one arrived  |
 * | `partition.leaderInMinority`, `.leaderInMajority`  | a partition began, and the leader was on that side       |
 * | `disk.errors.write`, `.sync`, `.read`, `disk.full` | an operation failed                                      |
 * | `disk.slowed`, `.stalled`                          | an operation took longer, a sync waited for a stall      |
 * | `disk.bytesLost`, `.torn`                          | bytes that a loss of power lost, files that it tore      |
 * | `disk.rotten.log`, `.snapshot`, `disk.misdirected` | durable bytes were damaged                               |
 * | `disk.scattered`                                   | parts of logs that were damaged at one moment            |
 * | `disk.damageRemoved`                               | a damaged file was removed or set aside                  |
 * | `swap.refused`, `.accepted`                        | a node refused, or accepted, the disk of another node    |
 * | `fell.leader`, `fell.again`, `fell.<point>`        | a leader crashed, a loop crashed, a node at that point   |
 * | `clock.jumps`                                      | jumps of a strobe                                        |
 * | `change.taken`, `.refused`, `.done`                | a change was taken by a leader, refused, committed       |
 */
export class Counters {
  readonly #counts = new Map<string, number>();

  /** Increases a count, by 1 or by a whole number from 0. Names are words joined by dots: `letters.lost.partition`. */
  count(name: string, by = 1): void {
    if (by > 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** The count so far. */
  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** All counts above 0, in the order of their names. */
  toRecord(): Readonly<Record<string, number>> {
    const names = [...this.#counts.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, this.of(name)]));
  }
}
