import {
  atLeastAsUpToDate,
  checkCluster,
  checkState,
  checkStep,
  decides,
  hardStateOf,
  initialMembership,
  isVoter,
  lastPosition,
  Leaders,
  LOG_START,
  mayStand,
  membershipOf,
  membersOf,
  sameHardState,
  sameMembership,
  uidOf,
  indexAfter,
  type Entry,
  type Index,
  type InForce,
  type Membership,
  type NodeId,
  type Snapshot,
} from "@kontiki/core";
import type { Server, Stepped } from "./server.ts";
import { contentOf, type Command } from "./core.ts";

/** @throws when there are violations. */
export function claim(violations: readonly string[]): void {
  if (violations.length > 0) throw new Error(violations.join("\n"));
}

/**
 * What must hold for a cluster besides what each server asserts itself: the properties of Figure 3, and that an entry
 * reported as committed stays committed, across crashes, terms, snapshots and memberships.
 */
export class Claims {
  /** All entries that any server ever reported as committed, in order. */
  readonly committed: Entry<Command>[] = [];
  readonly #leaders = new Leaders();
  readonly #initial: Membership;
  /** The memberships among the committed entries. */
  readonly #memberships: InForce[] = [];
  readonly #meeting = new Map<string, boolean>();

  constructor(voters: readonly NodeId[]) {
    this.#initial = initialMembership(voters);
  }

  /**
   * Checks after a step of `server`; `servers` are all of them; for a stopped one, the server that its disk would
   * start.
   */
  stepped(
    server: Server,
    { before, after, effects }: Stepped,
    up: readonly Server[],
    all: readonly Server[],
  ): void {
    claim(checkStep(before, after));
    for (const effect of effects) {
      if (effect.type === "commit") this.#report(server, before.state.commit);
    }
    const { snapshot } = after.state;
    if (snapshot !== undefined && snapshot !== before.state.snapshot)
      claim(this.#snapshotProblems(snapshot));
    this.begun(server);
    const [old, now] = [before.state, after.state];
    const same =
      old.term === now.term && old.commit === now.commit && old.role.type === now.role.type;
    if (!same || before.env.log !== after.env.log) this.changed(server, up, all);
  }

  /** A server has started again on the disk that it had. */
  restarted(server: Server): void {
    this.#leaders.restarted(server.observed);
    this.begun(server);
  }

  /** Checks a server by itself. */
  begun(server: Server): void {
    const { role } = server.state;
    const found = [...checkState(server.observed), ...this.#leaders.observe(server.observed)];
    const waitsFor = role.type === "leader" ? "heartbeat" : "election";
    if (server.timer !== waitsFor) found.push(`a ${role.type} does not wait for its ${waitsFor}`);
    const saved = sameHardState(server.hard, hardStateOf(server.state));
    if (!saved) found.push("a changed term or vote was not saved");
    claim(found);
  }

  /** Checks a changed server against all others. */
  changed(server: Server, up: readonly Server[], all: readonly Server[]): void {
    const found = up
      .filter((other) => other !== server)
      .flatMap((other) => checkCluster([server.observed, other.observed]));
    const electable = all.filter((other) => isElectable(other, all));
    const last = this.committed.at(-1);
    const lacking = electable.filter((other) => last !== undefined && !holds(other, last));
    found.push(
      ...lacking.map(
        ({ config }) => `${config.id} could be elected, and lacks entry ${last?.index}`,
      ),
      ...this.#majoritiesMeet(electable),
      ...this.#inForceProblems(server),
    );
    claim(found);
  }

  /** The commands of a machine are the committed ones, each once, in order. */
  machine(server: Server): void {
    const { applied, commands } = server.machine;
    const replayed = this.commandsUpTo(applied);
    const same =
      commands.length === replayed.length && commands.every((each, at) => each === replayed[at]);
    claim(
      same
        ? []
        : [`the machine of ${server.config.id} does not have the state as of entry ${applied}`],
    );
  }

  commandsUpTo(applied: number): readonly Command[] {
    return this.committed
      .slice(0, applied)
      .flatMap((entry) => (entry.type === "command" ? [entry.command] : []));
  }

  /** The membership as of a committed entry. */
  membershipAt(at: number): Membership {
    return this.#memberships.findLast(({ index }) => index <= at)?.membership ?? this.#initial;
  }

  #report({ state, view }: Server, before: Index): void {
    for (const entry of view.slice(indexAfter(before), state.commit, Number.MAX_SAFE_INTEGER)) {
      const known = this.committed[entry.index - 1];
      if (known !== undefined)
        claim(sameEntry(known, entry) ? [] : [`the committed entry ${entry.index} has changed`]);
      else if (entry.index === this.committed.length + 1) this.#push(entry);
      else claim([`entry ${entry.index} is committed before ${this.committed.length + 1}`]);
    }
  }

  #push(entry: Entry<Command>): void {
    this.committed.push(entry);
    if (entry.type === "membership") this.#memberships.push(entry);
  }

  /** A snapshot ends with a committed entry, and records the membership as of it. */
  #snapshotProblems(snapshot: Snapshot): readonly string[] {
    const last = this.committed[snapshot.index - 1];
    if (last?.term !== snapshot.term)
      return [`the snapshot of ${snapshot.index} does not end with a committed entry`];
    return sameMembership(snapshot.membership, this.membershipAt(snapshot.index))
      ? []
      : [`the snapshot of ${snapshot.index} has a different membership than the log at that entry`];
  }

  /** The membership in force is the latest in the log, committed or not, or else the snapshot's (§6). */
  #inForceProblems(server: Server): readonly string[] {
    const { view, state } = server;
    const base = state.snapshot;
    const latest = contentOf(view).findLast(
      (entry) => entry.type === "membership" && entry.index > (base?.index ?? 0),
    );
    const inLog = latest?.type === "membership" ? latest.membership : undefined;
    const expected = inLog ?? base?.membership ?? this.#initial;
    return sameMembership(membershipKnownBy(server), expected)
      ? []
      : [`${server.config.id} uses a different membership than its log says`];
  }

  /** Any two servers that could be elected now need a common server for it (§6, dissertation 4.1). */
  #majoritiesMeet(electable: readonly Server[]): readonly string[] {
    const known = new Map<string, NodeId>();
    for (const server of electable)
      known.set(JSON.stringify(membershipKnownBy(server)), server.config.id);
    const [first, ...others] = known.keys();
    if (first === undefined) return [];
    const pairs = [first, ...others].flatMap((one, at) =>
      [first, ...others].slice(at + 1).map((other) => [one, other] as const),
    );
    return pairs
      .filter(([one, other]) => !this.#meet(one, other))
      .map(([one, other]) => `${known.get(one)} and ${known.get(other)} share no required server`);
  }

  #meet(one: string, other: string): boolean {
    const key = `${one} ${other}`;
    const known = this.#meeting.get(key);
    if (known !== undefined) return known;
    const found = quorumsMeet(JSON.parse(one) as Membership, JSON.parse(other) as Membership);
    this.#meeting.set(key, found);
    return found;
  }
}

function membershipKnownBy({ observed }: Server): Membership {
  return membershipOf(observed.env, observed.state);
}

/** Whether it is a voter of a membership, with its present disk. */
function mayElect({ config: { id, uid } }: Server, membership: Membership): boolean {
  return isVoter(membership, id) && uidOf(membership, id) === uid;
}

function holds({ view, state }: Server, last: Entry<Command>): boolean {
  return view.termAt(last.index) === last.term || (state.snapshot?.index ?? 0) >= last.index;
}

/**
 * Whether a majority of the servers that it would ask have no better log on disk than its own: a crash may lose what is
 * not on disk.
 */
function isElectable(server: Server, all: readonly Server[]): boolean {
  if (!mayStand(server.observed.env, server.state)) return false;
  const membership = membershipKnownBy(server);
  const ours = lastPosition(server.view);
  const would = all.filter(
    (other) =>
      mayElect(other, membership) &&
      atLeastAsUpToDate(ours, lastPosition(other.disk.image.log)) &&
      atLeastAsUpToDate(ours, other.disk.image.horizon ?? LOG_START),
  );
  return decides(
    membership,
    would.map(({ config }) => config.id),
  );
}

/** Whether every deciding set of one membership shares a server, by name and disk, with every one of the other. */
export function quorumsMeet(one: Membership, other: Membership): boolean {
  const theirs = quorumsOf(other);
  return quorumsOf(one).every((ours) =>
    theirs.every((quorum) => quorum.some((server) => ours.includes(server))),
  );
}

function quorumsOf(membership: Membership): readonly (readonly string[])[] {
  const voters = membersOf(membership).filter((node) => isVoter(membership, node));
  return Array.from({ length: 2 ** voters.length }, (_none, mask) =>
    voters.filter((_voter, at) => (mask >> at) % 2 === 1),
  )
    .filter((nodes) => decides(membership, nodes))
    .map((nodes) => nodes.map((node) => `${node}#${uidOf(membership, node)}`));
}

function sameEntry(one: Entry<Command>, other: Entry<Command>): boolean {
  if (one.term !== other.term) return false;
  if (one.type === "membership")
    return other.type === "membership" && sameMembership(one.membership, other.membership);
  const [x, y] = [one, other].map((each) => (each.type === "command" ? each.command : undefined));
  return one.type === other.type && x === y;
}
