/** A node that leads, applies commands and takes snapshots, turn by turn. */
import type { Config, Snapshot } from "@kontiki/core";
import {
  bench,
  commandOf,
  Journal,
  leadingBench,
  n2,
  opening,
  proposal,
  raft,
  recovered,
  textOf,
  turn,
  type Bench,
  type Given,
} from "./actors.ts";
import { appendAccepted } from "../../core/support/core.ts";

/** The results and writes of a turn in which nothing happens. */
export const NOTHING = { early: [], answers: [], promises: [], written: ["sync"] };

/** A journal whose state is three parts, each as large as a turn writes of a snapshot. */
export class LargeJournal extends Journal {
  /** How many parts of a snapshot were read, and how often one was ended early. */
  drawn = 0;
  ended = 0;

  *snapshotParts(): Iterable<unknown> {
    const applied = [...this.applied];
    let whole = false;
    try {
      for (let part = 0; part < 3; part += 1) {
        this.drawn += 1;
        yield { applied, filling: new Uint8Array(1024 * 1024) };
      }
      whole = true;
    } finally {
      if (!whole) this.ended += 1;
    }
  }

  restoreParts(parts: Iterable<unknown>): void {
    for (const part of parts) this.restore((part as { readonly applied: unknown }).applied);
  }
}

/** Leads term 1 with an open session: entries 1 and 2 are applied, and n2 holds them. */
export function leading(given: Partial<Config> & Given = {}): Bench {
  const at = leadingBench(given);
  turn(at, raft(n2, appendAccepted(1, 0)));
  turn(at, proposal(0, opening()), raft(n2, appendAccepted(1, 1)));
  turn(at, raft(n2, appendAccepted(1, 2)));
  return at;
}

/** A turn in which the next command arrives, and one in which n2 holds it: it is applied. */
export function apply(at: Bench, sequence: number, text = `${sequence}`): void {
  turn(at, proposal(sequence, commandOf(sequence, text, { floor: 1 })));
  turn(at, raft(n2, appendAccepted(1, at.actor.log.lastIndex)));
}

/** A node that has a snapshot of its first four entries, with two commands, and one entry after it. */
export function withSnapshot(
  given: Partial<Config> & Given & { readonly machine: Journal },
): Bench {
  const at = leading({ keptEntries: 0, ...given });
  apply(at, 1, "a");
  apply(at, 2, "b");
  at.actor.beginSnapshot();
  settle(at);
  apply(at, 3, "c");
  return at;
}

/** Runs turns without mail while there is work, and returns what each wrote. */
export function settle(at: Bench): readonly unknown[] {
  const written = [];
  while (at.actor.hasBacklog) written.push(turn(at).written);
  return written;
}

/** The entries of a log, as text. */
export function logOf({ actor: { log } }: Bench): readonly string[] {
  if (log.lastIndex < log.firstIndex) return [];
  return log.slice(log.firstIndex, log.lastIndex, Infinity).map(textOf);
}

/** The journal in a snapshot. */
export function contentOf({ snapshots }: Bench, snapshot: Snapshot | undefined): readonly string[] {
  const other = bench({
    snapshots,
    machine: new LargeJournal(),
    disk: recovered({ snapshot: snapshot as Snapshot, base: snapshot as Snapshot }),
  });
  return other.machine.applied;
}
