import {
  atLeastAsUpToDate,
  checkCluster,
  checkState,
  checkStep,
  index,
  INITIAL_HARD_STATE,
  Leaders,
  makeConfig,
  membershipAt,
  type MemoryLog,
  positionOf,
  restore,
  sameSnapshot,
  step,
  type Config,
  type Effect,
  type Entry,
  type Event,
  type Index,
  type LogPosition,
  type Message,
  type NodeId,
  type Observed,
  type Snapshot,
  type State,
} from "@kontiki/core";
import {
  electionTimeout,
  heartbeatTimeout,
  logOf,
  propose,
  replicate,
  type Command,
} from "./core.ts";
import { bytesAt } from "./snapshots.ts";

/** A message in flight, from one disk to another. */
export type Letter = {
  readonly from: NodeId;
  readonly fromUid: number;
  readonly to: NodeId;
  readonly toUid: number;
  readonly message: Message<Command>;
};

type Actor = {
  config: Config;
  up: boolean;
  log: MemoryLog<Command>;
  state: State;
  /** What a restart finds besides the log; everything is on disk at once. */
  horizon: LogPosition | undefined;
  snapshot: Snapshot | undefined;
  /** The snapshots whose bytes are kept. */
  kept: readonly Snapshot[];
  /** Saved bytes of a snapshot that is being received. */
  saved: number;
};

const PART = 10;

/**
 * Servers of a hand-written story: everything that happens to them is in the script. Messages wait in `mail` until they
 * are delivered, in any order. A disk completes writes at once; other tests cover power loss.
 *
 * After every step the properties of Figure 3 are checked, and that entries reported as committed stay committed.
 */
export class Script {
  readonly mail: Letter[] = [];
  /** What any server ever reported as committed. */
  readonly committed = new Map<number, Entry<Command>>();
  readonly #actors = new Map<NodeId, Actor>();
  readonly #leaders = new Leaders();
  readonly #limits: Partial<Omit<Config, "id">>;
  #lastUid = 0;

  constructor(limits: Partial<Omit<Config, "id">> & { readonly voters: readonly NodeId[] }) {
    this.#limits = limits;
    for (const id of limits.voters) this.#actors.set(id, this.#enter(id, 0));
  }

  get ids(): readonly NodeId[] {
    return [...this.#actors.keys()];
  }

  state(id: NodeId): State {
    return this.#actor(id).state;
  }

  log(id: NodeId): MemoryLog<Command> {
    return this.#actor(id).log.snapshot();
  }

  uid(id: NodeId): number {
    return this.#actor(id).config.uid;
  }

  isUp(id: NodeId): boolean {
    return this.#actor(id).up;
  }

  /** Handles an event, and then sends what it may. */
  event(id: NodeId, event: Event<Command>): void {
    if (!this.isUp(id)) return;
    this.#step(id, event);
    this.#step(id, replicate);
  }

  /** Delivers the letter at `at`; it is lost when its server is stopped. */
  deliver(at = 0): void {
    const [letter] = this.mail.splice(at, 1);
    if (letter !== undefined) this.event(letter.to, { type: "message", ...letter });
  }

  /** Delivers all letters, and those that follow, except those that are `lost`. */
  settle(lost: (letter: Letter) => boolean = () => false): void {
    for (let count = 0; this.mail.length > 0; count += 1) {
      if (count > 5000) throw new Error("the letters never end");
      const [letter] = this.mail;
      if (letter !== undefined && lost(letter)) this.mail.shift();
      else this.deliver();
    }
  }

  campaign(id: NodeId): void {
    this.event(id, electionTimeout);
    this.settle();
  }

  propose(id: NodeId, ...commands: readonly Command[]): void {
    this.event(id, propose(...commands));
    this.settle();
  }

  /** Lets one heartbeat interval pass in which nothing is lost. */
  heartbeat(): void {
    for (const id of this.ids) this.event(id, heartbeatTimeout);
    this.settle();
  }

  /** Takes a snapshot of everything that a server knows to be committed. */
  takeSnapshot(id: NodeId): void {
    const actor = this.#actor(id);
    const at = actor.state.commit;
    const inTerm = actor.log.termAt(at);
    if (inTerm === undefined || at <= (actor.snapshot?.index ?? 0)) return;
    const membership = membershipAt(actor, actor.state, at);
    const taken = { index: at, term: inTerm, membership, size: 3 * PART, checksum: at };
    this.#keep(actor, taken);
    this.event(id, { type: "snapshotTaken", snapshot: taken });
  }

  stop(id: NodeId): void {
    this.#actor(id).up = false;
  }

  /** Restarts a server with what is on its disk. */
  restart(id: NodeId): void {
    const { config, state, log, snapshot, horizon, kept } = this.#actor(id);
    const found = restore(state, log, { snapshot, horizon });
    this.#actors.set(id, {
      config,
      up: true,
      log,
      state: found,
      horizon,
      snapshot,
      kept,
      saved: 0,
    });
  }

  /** Restarts it with all entries after `after` damaged. */
  damage(id: NodeId, after: number): void {
    const actor = this.#actor(id);
    const last = actor.log.lastIndex;
    const inTerm = actor.log.termAt(last);
    if (inTerm === undefined || after >= last) return;
    const promised = { index: last, term: inTerm };
    const known = actor.horizon;
    if (known === undefined || atLeastAsUpToDate(promised, known)) actor.horizon = promised;
    actor.log.truncate(
      index(Math.max(after, actor.snapshot?.index ?? 0, actor.log.firstIndex - 1)),
    );
    this.restart(id);
  }

  /** Restarts it with an empty disk. */
  wipe(id: NodeId): void {
    this.#lastUid += 1;
    this.#actors.set(id, this.#enter(id, this.#lastUid));
  }

  #enter(id: NodeId, uid: number): Actor {
    const log = logOf([]);
    return {
      config: makeConfig({ ...this.#limits, id, uid, voters: this.#limits.voters ?? [] }),
      up: true,
      log,
      state: restore(INITIAL_HARD_STATE, log),
      horizon: undefined,
      snapshot: undefined,
      kept: [],
      saved: 0,
    };
  }

  #actor(id: NodeId): Actor {
    const actor = this.#actors.get(id);
    if (actor === undefined) throw new Error(`there is no server ${id}`);
    return actor;
  }

  #step(id: NodeId, event: Event<Command>): void {
    const actor = this.#actor(id);
    const before = observe(actor);
    const { state, effects } = step({ config: actor.config, log: actor.log }, actor.state, event);
    actor.state = state;
    const later = effects.flatMap((effect) => this.#perform(id, actor, effect));
    const after = observe(actor);
    this.#claim(checkStep(before, after));
    this.#claim(checkState(after));
    this.#claim(this.#leaders.observe(after));
    this.#claim(checkCluster([...this.#actors.values()].filter(({ up }) => up).map(observe)));
    for (const next of later) this.#step(id, next);
  }

  /** Performs an effect, and returns the events that follow. */
  #perform(id: NodeId, actor: Actor, effect: Effect<Command>): readonly Event<Command>[] {
    switch (effect.type) {
      case "appendLog": {
        actor.log.append(effect.entries);
        const last = actor.log.lastIndex;
        const inTerm = actor.log.termAt(last);
        return inTerm === undefined ? [] : [{ type: "durable", index: last, term: inTerm }];
      }
      case "truncateLog":
        actor.log.truncate(effect.after);
        return [];
      case "compactLog":
        actor.log.compact(effect.upTo);
        return [];
      case "logRepaired":
        actor.horizon = undefined;
        return [];
      case "send":
        this.#post(id, effect.to, effect.uid, effect.message);
        return [];
      case "sendChunk":
        return this.#sendChunk(id, actor, effect);
      case "saveChunk":
        actor.saved = (effect.offset === 0 ? 0 : actor.saved) + effect.bytes.length;
        if (actor.saved < effect.snapshot.size) return [];
        return [{ type: "snapshotReceived", snapshot: effect.snapshot }];
      case "installSnapshot":
        actor.log.reset(positionOf(effect.snapshot));
        this.#keep(actor, effect.snapshot);
        return [];
      case "commit":
        this.#commit(actor, effect.upTo);
        return [];
      default:
        return [];
    }
  }

  #sendChunk(
    id: NodeId,
    actor: Actor,
    { to, uid, term, snapshot, offset }: Effect<Command> & { readonly type: "sendChunk" },
  ): readonly Event<Command>[] {
    if (!actor.kept.some((one) => sameSnapshot(one, snapshot)))
      return [{ type: "snapshotGone", snapshot }];
    const bytes = bytesAt(offset, Math.min(PART, snapshot.size - offset));
    this.#post(id, to, uid, { type: "snapshotChunk", term, snapshot, offset, bytes });
    return [];
  }

  #post(from: NodeId, to: NodeId, toUid: number, message: Message<Command>): void {
    this.mail.push({ from, fromUid: this.uid(from), to, toUid, message });
  }

  /** Like a disk, it keeps the newest snapshot and the previous one. */
  #keep(actor: Actor, snapshot: Snapshot): void {
    actor.kept = [snapshot, ...actor.kept].slice(0, 2);
    actor.snapshot = snapshot;
  }

  #commit(actor: Actor, upTo: Index): void {
    const from = actor.log.firstIndex;
    if (upTo < from) return;
    for (const entry of actor.log.slice(from, upTo, Number.MAX_SAFE_INTEGER)) {
      const known = this.committed.get(entry.index) ?? entry;
      this.committed.set(entry.index, known);
      if (known.term !== entry.term) throw new Error(`the committed entry ${entry.index} changed`);
    }
  }

  #claim(violations: readonly string[]): void {
    if (violations.length > 0) throw new Error(violations.join("\n"));
  }
}

function observe({ config, state, log }: Actor): Observed<Command> {
  return { env: { config, log: log.snapshot() }, state };
}
