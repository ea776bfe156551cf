import type { Entry, LogView } from "./entry.ts";
import { indexAfter, maxIndex, minIndex, type Index } from "./ids.ts";
import { sameMembership } from "./membership.ts";
import type { Env, State } from "./state.ts";

/** One server as a test sees it. The log must be a view that does not change while the test keeps it. */
export type Observed<C> = {
  /** Its configuration and its log at that moment. */
  readonly env: Env<C>;
  /** Its state at that moment. */
  readonly state: State;
};

/** Sentences that say which invariants are broken; empty when none is. */
export type Violations = readonly string[];

/** Checks one server at rest. */
export function checkState<C>({ env, state }: Observed<C>): Violations {
  const { config, log } = env;
  const found: string[] = [];
  const claim = claimer(found, () => `${config.id} in term ${state.term}`);
  claim(
    state.commit <= log.lastIndex,
    () => `commit ${state.commit} is after the log's end ${log.lastIndex}`,
  );
  claim(
    state.durable <= log.lastIndex,
    () => `durable ${state.durable} is after the log's end ${log.lastIndex}`,
  );
  claim(
    (log.termAt(log.lastIndex) ?? 0) <= state.term,
    () => "the log's last entry has a later term than its server",
  );
  if (state.role.type === "candidate" || state.role.type === "leader")
    claim(state.votedFor === config.id, () => `a ${state.role.type} did not vote for itself`);
  claim(
    state.commit >= log.firstIndex - 1,
    () => `commit ${state.commit} is before the log's beginning ${log.firstIndex}`,
  );
  claim(
    (state.snapshot?.index ?? 0) >= log.firstIndex - 1,
    () => "compacted entries are missing from the snapshot",
  );
  if (state.role.type === "leader") {
    for (const [peer, { type, next, match }] of Object.entries(state.role.progress)) {
      claim(match < next, () => `match ${match} of ${peer} is not below its next ${next}`);
      claim(
        next <= log.lastIndex + 1 || type === "snapshot",
        () => `next ${next} of ${peer} is after the log's end ${log.lastIndex}`,
      );
    }
  }
  return found;
}

/**
 * Checks one server before and after one event.
 *
 * Term and commit index only grow; in one term a server has one vote and knows one leader; a server that stands for
 * election does so in a new term; a leader never overwrites or deletes entries of its log (Figure 3, Leader
 * Append-Only).
 */
export function checkStep<C>(before: Observed<C>, after: Observed<C>): Violations {
  const found: string[] = [];
  const [old, now] = [before.state, after.state];
  const claim = claimer(found, () => `${after.env.config.id} in term ${now.term}`);
  claim(now.term >= old.term, () => `the term decreased from ${old.term}`);
  claim(now.commit >= old.commit, () => `commit decreased from ${old.commit} to ${now.commit}`);
  if (now.term === old.term) {
    claim(
      old.votedFor === undefined || now.votedFor === old.votedFor,
      () => `the vote for ${old.votedFor} changed to ${now.votedFor}`,
    );
    if (old.role.type === "leader") {
      claim(
        now.role.type === "leader" || now.role.type === "follower",
        () => "a leader that stepped down became a candidate in the same term",
      );
      claim(
        isPrefix(before.env.log, after.env.log),
        () => "Leader Append-Only: a leader changed its log",
      );
    }
    if (old.role.type === "follower" && old.role.leader !== undefined) {
      const { leader } = old.role;
      const other = now.role.type === "follower" ? now.role.leader : undefined;
      claim(
        other === undefined || other === leader,
        () => `the leader of the term changed from ${leader} to ${other}`,
      );
    }
    const stands = now.role.type === "candidate" || now.role.type === "leader";
    claim(
      !stands || old.role.type === now.role.type || old.role.type === "candidate",
      () => `a ${old.role.type} became a ${now.role.type} without a new term`,
    );
  }
  const kept = minIndex(old.commit, after.env.log.lastIndex);
  claim(
    kept === old.commit && sameUpTo(before.env.log, after.env.log, kept),
    () => "a committed entry was changed or removed",
  );
  return found;
}

/**
 * Checks all servers at one moment (Figure 3): Election Safety, Log Matching, Leader Completeness and State Machine
 * Safety. Election Safety over time also needs the past leaders: see {@link Leaders}.
 */
export function checkCluster<C>(servers: readonly Observed<C>[]): Violations {
  const found: string[] = [];
  servers.forEach((a, at) => {
    for (const b of servers.slice(at + 1)) found.push(...checkPair(a, b));
  });
  return found;
}

/** Remembers the leader of each term, for Election Safety over a whole run. */
export class Leaders {
  readonly #byTerm = new Map<number, string>();

  /** Records a server. Returns a violation when another server led its term. */
  observe<C>({ env, state }: Observed<C>): Violations {
    if (state.role.type !== "leader") return [];
    const known = this.#byTerm.get(state.term);
    this.#byTerm.set(state.term, known ?? env.config.id);
    if (known === undefined || known === env.config.id) return [];
    return [`Election Safety: ${known} and ${env.config.id} both led term ${state.term}`];
  }

  /**
   * Records that a server has started again on the same, undamaged disk. A term that it led, and for which the disk does not
   * have its own vote, is forgotten: the only voter of a cluster leads in the step in which it votes, and nothing that it
   * does as leader leaves before that vote is durable. A crash before that undoes it all.
   */
  restarted<C>({ env, state }: Observed<C>): void {
    const { id } = env.config;
    for (const [term, leader] of this.#byTerm) {
      const isDurable = term < state.term || (term === state.term && state.votedFor === id);
      if (leader === id && !isDurable) this.#byTerm.delete(term);
    }
  }
}

function checkPair<C>(a: Observed<C>, b: Observed<C>): Violations {
  const found: string[] = [];
  const claim = claimer(found, () => `${a.env.config.id} and ${b.env.config.id}`);
  const bothLead = a.state.role.type === "leader" && b.state.role.type === "leader";
  claim(
    !(bothLead && a.state.term === b.state.term),
    () => `Election Safety: both lead term ${a.state.term}`,
  );
  claim(
    logsMatch(a.env.log, b.env.log),
    () => "Log Matching: two logs share an entry but differ before it",
  );
  const commit = minIndex(a.state.commit, b.state.commit);
  claim(
    sameUpTo(a.env.log, b.env.log, commit),
    () => `State Machine Safety: committed entries up to ${commit} differ`,
  );
  for (const [leader, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (leader.state.role.type !== "leader" || other.state.term > leader.state.term) continue;
    const complete = sameUpTo(other.env.log, leader.env.log, other.state.commit);
    claim(
      complete,
      () =>
        `Leader Completeness: ${leader.env.config.id} lacks entries that ${other.env.config.id} knows to be committed`,
    );
  }
  return found;
}

/** Log Matching (§5.3): two logs that agree on the index and term of an entry agree on all entries up to it. */
function logsMatch<C>(a: LogView<C>, b: LogView<C>): boolean {
  let at = minIndex(a.lastIndex, b.lastIndex);
  while (at >= maxIndex(a.firstIndex, b.firstIndex) && a.termAt(at) !== b.termAt(at))
    at = indexAfter(at, -1);
  return sameUpTo(a, b, at);
}

function isPrefix<C>(prefix: LogView<C>, log: LogView<C>): boolean {
  return sameUpTo(prefix, log, prefix.lastIndex);
}

function sameUpTo<C>(a: LogView<C>, b: LogView<C>, upTo: Index): boolean {
  if (upTo > a.lastIndex || upTo > b.lastIndex) return false;
  if (a === b) return true;
  const from = maxIndex(a.firstIndex, b.firstIndex);
  if (upTo < from) return true;
  const theirs = b.slice(from, upTo, Number.MAX_SAFE_INTEGER);
  return a
    .slice(from, upTo, Number.MAX_SAFE_INTEGER)
    .every((entry, at) => sameEntry(entry, theirs[at]));
}

function sameEntry<C>(a: Entry<C>, b: Entry<C> | undefined): boolean {
  if (a === b) return true;
  if (b === undefined || a.term !== b.term || a.index !== b.index || a.type !== b.type)
    return false;
  switch (a.type) {
    case "noop":
      return true;
    case "membership":
      return b.type === "membership" && sameMembership(a.membership, b.membership);
    case "command":
      return b.type === "command" && sameCommand(a.command, b.command);
    default:
      return a satisfies never;
  }
}

/** Commands are plain data or bytes; after crossing a thread they are equal, not identical. */
function sameCommand(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b);
}

/** Texts are made only for claims that do not hold: claims are checked on every step. */
function claimer(
  found: string[],
  who: () => string,
): (claim: boolean, otherwise: () => string) => void {
  return (claim, otherwise) => {
    if (!claim) found.push(`${who()}: ${otherwise()}`);
  };
}
