import {
  checkState,
  checkStep,
  hardStateOf,
  sameHardState,
  type Effect,
  type Env,
  type Event,
  type HardState,
  type LogView,
  type MemoryLog,
  type Observed,
  type State,
} from "@kontiki/core";
import type { Bounds } from "./bounds.ts";
import {
  contentOf,
  isUnsynced,
  logOf,
  startedFrom,
  type KeptByCrash,
  type ExploredNode,
  type ExploredPacket,
} from "./explored-node.ts";
import { HAPPENED } from "./sometimes.ts";

/** Something is wrong. The text says what, as a sentence without an end. */
export class Broken extends Error {
  override readonly name = "Broken";
}

/**
 * One node while something happens to it.
 *
 * It does what the core says as `NodeActor` does: AppendEntries of a leader whose term and vote are on disk leave at once,
 * everything else after the sync. What must hold of one server is checked at each step, and of a promise when it leaves:
 * that it is on disk.
 */
export class Turn {
  readonly #bounds: Bounds;
  #env: Env<string> & { readonly log: MemoryLog<string> };
  #state: State;
  #hard: HardState;
  #disk: ExploredNode["disk"];
  #held: readonly ExploredPacket[];
  /** What has left, in order. */
  readonly sent: ExploredPacket[] = [];
  /** Bits of `HAPPENED`. */
  happened = 0;

  constructor(bounds: Bounds, local: ExploredNode) {
    const config = bounds.configs.find(({ id }) => id === local.node);
    if (config === undefined) throw new RangeError(`there is no node ${local.node}`);
    this.#bounds = bounds;
    this.#env = { config, log: logOf(local.log) };
    this.#state = local.state;
    this.#hard = local.hard;
    this.#disk = local.disk;
    this.#held = local.held;
  }

  /** The node as it is. */
  get local(): ExploredNode {
    const { config, log } = this.#env;
    const [state, hard, disk, held] = [this.#state, this.#hard, this.#disk, this.#held];
    return { node: config.id, state, log: contentOf(log), hard, disk, held };
  }

  /** Whether a crash that keeps nothing would lose what was written. */
  get isUnsynced(): boolean {
    return isUnsynced(this.local);
  }

  /** Events of a turn, one after the other. @throws Broken when the core does what it must not. */
  handle(...events: readonly Event<string>[]): void {
    for (const event of events) this.#step(event);
  }

  /** All that was written is durable: promises leave, and the core hears of it. @throws Broken as above. */
  sync(): void {
    const { log } = this.#env;
    this.#save();
    const last = log.lastIndex;
    const term = log.termAt(last);
    if (term !== undefined && this.#state.durable < last)
      this.#step({ type: "durable", index: last, term });
    this.#step({ type: "replicate" });
    this.#release();
  }

  /** The process dies, and starts again from its disk. Nothing that was held has left. */
  crash(kept: KeptByCrash): void {
    if (kept === "everything") this.#save();
    if (this.isUnsynced) this.happened |= HAPPENED["a crash loses what was written"];
    if (this.#state.role.type === "leader") this.happened |= HAPPENED["a leader crashes"];
    const started = startedFrom(this.#env.config, this.#disk);
    this.#env = { config: this.#env.config, log: logOf(started.log) };
    this.#state = started.state;
    this.#hard = started.hard;
    this.#held = [];
  }

  #save(): void {
    const { hard } = this.#disk;
    const changed = this.#hard.term === hard.term && this.#hard.votedFor !== hard.votedFor;
    if (this.#hard.term < hard.term) throw new Broken(`the term on disk fell from ${hard.term}`);
    if (changed && hard.votedFor !== undefined)
      throw new Broken(`the vote on disk changed in term ${hard.term}`);
    this.#disk = { hard: this.#hard, log: contentOf(this.#env.log) };
  }

  #step(event: Event<string>): void {
    const before: Observed<string> = {
      env: { ...this.#env, log: this.#env.log.snapshot() },
      state: this.#state,
    };
    const { state, effects } = this.#bounds.step(this.#env, this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    const after = { env: this.#env, state };
    const found = [...checkStep(before, after), ...checkState(after)];
    if (!sameHardState(this.#hard, hardStateOf(state)))
      found.push(`${this.#env.config.id}: a changed term or vote was not saved`);
    if (found.length > 0) throw new Broken(found.join("; "));
    this.happened |= noteworthy(before, after, effects);
  }

  #perform(effect: Effect<string>): void {
    const { log } = this.#env;
    switch (effect.type) {
      case "saveHardState":
        this.#hard = effect.hard;
        break;
      case "truncateLog":
        log.truncate(effect.after);
        break;
      case "appendLog":
        log.append(effect.entries);
        break;
      case "send":
        this.#send({ from: this.#env.config.id, to: effect.to, message: effect.message });
        break;
      default:
    }
  }

  #send(packet: ExploredPacket): void {
    const promisesNothing = ["appendEntries", "timeoutNow"].includes(packet.message.type);
    const early = promisesNothing && sameHardState(this.#hard, this.#disk.hard);
    if (early) this.sent.push(packet);
    else this.#held = [...this.#held, packet];
  }

  #release(): void {
    for (const packet of this.#held) {
      const broken = brokenPromise(packet, this.#disk);
      if (broken !== undefined) throw new Broken(`${packet.from}: ${broken}`);
      this.sent.push(packet);
    }
    this.#held = [];
  }
}

/** What a message claims, and the disk of its sender does not hold (Figure 2, "persistent state"). */
function brokenPromise(
  { to, from, message }: ExploredPacket,
  disk: ExploredNode["disk"],
): string | undefined {
  const { hard, log } = disk;
  const isPreVote = message.type === "requestPreVote" || message.type === "preVoteReply";
  if (!isPreVote && message.term > hard.term)
    return `it speaks of term ${message.term}, which is not on its disk`;
  if (message.term < hard.term) return undefined;
  const voted = message.type === "requestVote" ? from : to;
  const isVote =
    message.type === "requestVote" || (message.type === "voteReply" && message.granted);
  if (isVote && hard.votedFor !== voted)
    return `the vote for ${voted} in term ${message.term} is not on its disk`;
  if (message.type === "appendAccepted" && message.match > log.length)
    return `it says that it holds entry ${message.match}, which is not on its disk`;
  return undefined;
}

/** What a step shows, as bits. */
function noteworthy(
  { state: old }: Observed<string>,
  { env, state: now }: Observed<string>,
  effects: readonly Effect<string>[],
): number {
  let bits = 0;
  if (now.role.type === "leader" && old.role.type !== "leader") {
    bits |= HAPPENED["a leader is elected"];
    if (now.term > 1) bits |= HAPPENED["a leader of a later term is elected"];
  }
  if (old.role.type === "leader" && now.role.type !== "leader")
    bits |= HAPPENED["a leader steps down"];
  if (now.commit > old.commit) bits |= committed(env.log, old, now);
  for (const effect of effects) {
    if (effect.type === "truncateLog") bits |= HAPPENED["a conflict cuts a log"];
    if (effect.type !== "send") continue;
    if (effect.message.type === "voteReply" && !effect.message.granted)
      bits |= HAPPENED["a vote is refused"];
    if (effect.message.type === "appendRejected") bits |= HAPPENED["AppendEntries are refused"];
  }
  return bits;
}

function committed(log: LogView<string>, old: State, now: State): number {
  if (now.role.type !== "leader") return HAPPENED["a follower learns of a commit"];
  const entries = log
    .slice(log.firstIndex, now.commit, Number.MAX_SAFE_INTEGER)
    .filter(({ index }) => index > old.commit);
  let bits: number = HAPPENED["a leader commits an entry"];
  if (entries.some(({ type }) => type === "command"))
    bits |= HAPPENED["a leader commits a command"];
  if (entries.some(({ term }) => term < now.term))
    bits |= HAPPENED["a leader commits an entry of an older term"];
  return bits;
}
