import {
  checkState,
  checkStep,
  hardStateOf,
  sameHardState,
  type Effect,
  type Env,
  type Event,
  type HardState,
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
  type ExploredCopy,
  type KeptByCrash,
  type ExploredNode,
  type ExploredPacket,
} from "./explored-node.ts";
import { damagedDisk, salvageOf } from "./damaged.ts";
import { checkMemberships } from "./membership-checks.ts";
import { eventsIn, type SteppedNode } from "./noteworthy.ts";
import { heardAfter, latestOf, type Heard } from "./lease-time.ts";
import { answersIn, type ReadReport } from "./reads.ts";
import { keyOf } from "./relabel.ts";
import type { Happened } from "./sometimes.ts";

/** A violation. The message is a sentence without a period. */
export class Broken extends Error {
  override readonly name = "Broken";
}

/**
 * One node while it handles an event.
 *
 * It performs the effects of the core like `NodeActor`: AppendEntries of a leader whose term and vote are on disk leave at
 * once, all other messages after the sync. Each step checks the invariants of one server, and each promise is checked when
 * it leaves: it must be on disk.
 */
export class Turn {
  readonly #bounds: Bounds;
  #env: Env<string> & { readonly log: MemoryLog<string> };
  #state: State;
  #hard: HardState;
  #disk: ExploredNode["disk"];
  #held: readonly ExploredPacket[];
  #salvage: ExploredNode["salvage"];
  #heard: Heard | undefined;
  /** The messages that have left, in order. */
  readonly sent: ExploredPacket[] = [];
  /** The events in it. */
  readonly happened = new Set<Happened>();
  /** The reads that it answers. */
  answered: ReadReport["answered"] = [];
  /** The reads that it refuses. */
  refusedReads: ReadReport["refused"] = [];
  /** Whether it refuses a request of an operator, which then changes nothing. */
  refused = false;
  /** The rounds that are now known to have begun an election timeout ago. */
  passed: ReadReport["passed"] = [];

  constructor(bounds: Bounds, local: ExploredNode) {
    const config = bounds.configs.find(({ id }) => id === local.node);
    if (config === undefined) throw new RangeError(`there is no node ${local.node}`);
    this.#bounds = bounds;
    this.#env = envOf(config, local);
    this.#salvage = local.salvage;
    this.#state = local.state;
    this.#hard = local.hard;
    this.#disk = local.disk;
    this.#held = local.held;
    this.#heard = local.heard;
  }

  /** The node in its current state. */
  get local(): ExploredNode {
    const { config, log } = this.#env;
    const [state, hard, disk, held] = [this.#state, this.#hard, this.#disk, this.#held];
    const found = this.#salvage === undefined ? {} : { salvage: this.#salvage };
    const heard = this.#heard === undefined ? {} : { heard: this.#heard };
    return { node: config.id, state, log: contentOf(log), hard, disk, held, ...found, ...heard };
  }

  /** Whether the node has unsynced writes, which a crash can lose. */
  get isUnsynced(): boolean {
    return isUnsynced(this.local);
  }

  /** Handles the events of a turn in order. @throws Broken when a check of the core fails. */
  handle(...events: readonly Event<string>[]): void {
    for (const event of events) this.#step(event);
  }

  /** Makes all writes durable, reports that to the core, and releases the promises. @throws Broken like {@link handle}. */
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

  /** Crashes the process and restarts it from its disk. The held messages never leave. */
  crash(kept: KeptByCrash): void {
    if (kept === "everything") this.#save();
    if (this.isUnsynced) this.happened.add("a crash loses unsynced writes");
    if (this.#state.role.type === "leader") this.happened.add("a leader crashes");
    this.#restart();
  }

  /** Crashes like a loss of power, and restarts from a disk that has lost the entry `at`. */
  lose(at: number): void {
    this.happened.add("an entry is lost");
    if (this.#state.role.type === "leader") this.happened.add("a leader crashes");
    this.#disk = damagedDisk(this.#disk, at);
    this.#restart();
  }

  #restart(): void {
    const { config } = this.#env;
    const started = startedFrom(config, this.#disk);
    this.#env = envOf(config, started);
    this.#salvage = started.salvage;
    this.#state = started.state;
    this.#hard = started.hard;
    this.#held = [];
    if (this.#heard !== undefined) this.#heard = { ...this.#heard, hastened: false };
  }

  #save(): void {
    const { hard } = this.#disk;
    const changed = this.#hard.term === hard.term && this.#hard.votedFor !== hard.votedFor;
    if (this.#hard.term < hard.term) throw new Broken(`the term on disk fell from ${hard.term}`);
    if (changed && hard.votedFor !== undefined)
      throw new Broken(`the vote on disk changed in term ${hard.term}`);
    const { horizon, copies } = this.#disk;
    const damage =
      this.#state.horizon === undefined || horizon === undefined || copies === undefined
        ? {}
        : { horizon, copies };
    this.#disk = { hard: this.#hard, log: contentOf(this.#env.log), ...damage };
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
    const stepped = { event, before, after, effects };
    if (this.#bounds.changes > 0) found.push(...checkMemberships(stepped));
    if (takesDuringTransfer(stepped)) found.push(`${this.#env.config.id}: it takes a proposal while it hands over`);
    if (found.length > 0) throw new Broken(found.join("; "));
    if (before.state.horizon !== undefined) this.#checkTaken(event, effects);
    for (const name of eventsIn(stepped)) this.happened.add(name);
    const { answered, refused } = answersIn(effects);
    this.answered = [...this.answered, ...answered];
    this.refusedReads = [...this.refusedReads, ...refused];
    this.refused ||= refusesRequest(event, effects);
    this.#hears(stepped);
  }

  #hears(stepped: SteppedNode): void {
    if (this.#heard === undefined) return;
    const { heard, passed } = heardAfter(this.#heard, stepped);
    this.#heard = heard;
    this.passed = latestOf(this.passed, passed);
  }

  /** Without a leader a node takes only the log that it lost. */
  #checkTaken(event: Event<string>, effects: readonly Effect<string>[]): void {
    const isLed = event.type === "message" && event.message.type === "appendEntries";
    if (isLed || !effects.some(({ type }) => type === "appendLog")) return;
    const { config, log } = this.#env;
    const taken = contentOf(log);
    const isPart = ({ had }: ExploredCopy): boolean =>
      taken.every((entry, at) => keyOf(entry) === keyOf(had[at]));
    if (!(this.#salvage ?? []).some(isPart))
      throw new Broken(`${config.id} repairs its log with entries that it did not have`);
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

function envOf(
  config: Env<string>["config"],
  { log, salvage }: ExploredNode,
): Env<string> & { readonly log: MemoryLog<string> } {
  const found = salvageOf(salvage);
  return { config, log: logOf(log), ...(found === undefined ? {} : { salvage: found }) };
}

/** Whether a leader that hands over takes a proposal: its target might never catch up (dissertation 3.10). */
function takesDuringTransfer({ event, before: { state }, effects }: SteppedNode): boolean {
  const handsOver = state.role.type === "leader" && state.role.transfer !== undefined;
  return event.type === "propose" && handsOver && effects.some(({ type }) => type === "appendLog");
}

/** Whether a step refuses a change of the membership or a transfer of leadership. */
function refusesRequest({ type }: Event<string>, effects: readonly Effect<string>[]): boolean {
  return effects.some(
    (effect) =>
      (type === "changeMembership" && effect.type === "rejectChange") ||
      (type === "transfer" && effect.type === "transferEnded"),
  );
}

/** What a message promises although it is not on the disk of its sender (Figure 2, "persistent state"). */
function brokenPromise(
  { to, from, message }: ExploredPacket,
  disk: ExploredNode["disk"],
): string | undefined {
  const { hard, log } = disk;
  const isPreVote = message.type === "requestPreVote" || message.type === "preVoteReply";
  if (!isPreVote && message.term > hard.term)
    return `it claims term ${message.term}, which is not on its disk`;
  if (message.term < hard.term) return undefined;
  const voted = message.type === "requestVote" ? from : to;
  const isVote =
    message.type === "requestVote" || (message.type === "voteReply" && message.granted);
  if (isVote && hard.votedFor !== voted)
    return `the vote for ${voted} in term ${message.term} is not on its disk`;
  if (message.type === "appendAccepted" && message.match > log.length)
    return `it acknowledges entry ${message.match}, which is not on its disk`;
  return undefined;
}
