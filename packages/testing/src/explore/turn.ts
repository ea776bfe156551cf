import {
  checkState,
  checkStep,
  hardStateOf,
  INITIAL_HARD_STATE,
  membershipAt,
  positionOf,
  sameHardState,
  type Effect,
  type Env,
  type Event,
  type HardState,
  type MemoryLog,
  type NodeId,
  type Observed,
  type State,
} from "@kontiki/core";
import type { Bounds } from "./bounds.ts";
import { Broken } from "./broken.ts";
import {
  configOf,
  contentOf,
  fullLogOf,
  isUnsynced,
  startedFrom,
  type KeptByCrash,
  type ExploredNode,
  type ExploredPacket,
} from "./explored-node.ts";
import { damagedDisk, takesForeign } from "./damaged.ts";
import { checkMemberships } from "./membership-checks.ts";
import { eventsIn, type SteppedNode } from "./noteworthy.ts";
import { heardAfter, latestOf, type Heard } from "./lease-time.ts";
import { brokenPromise } from "./promises.ts";
import { answersIn, type ReadReport } from "./reads.ts";
import { checkRules } from "./rule-checks.ts";
import { incomingAfter, partOf, PARTS, withFile } from "./snapshot-files.ts";
import type { Happened } from "./happened.ts";
import { baseOf, changesLog, envOf, refusesRequest, savedDisk } from "./turn-data.ts";
import type { OpenPoints } from "../sometimes/open-points.ts";

/**
 * One node while it handles an event.
 *
 * It performs the effects of the core like `NodeActor`: AppendEntries of a leader whose term and vote are on disk leave at
 * once, all other messages after the sync. Each step checks the invariants of one server, and each promise is checked when
 * it leaves: it must be on disk.
 */
export class Turn {
  readonly #bounds: Bounds;
  readonly #points: OpenPoints;
  #env: Env<string> & { readonly log: MemoryLog<string> };
  #state: State;
  #hard: HardState;
  #disk: ExploredNode["disk"];
  #held: readonly ExploredPacket[];
  #salvage: ExploredNode["salvage"];
  #heard: Heard | undefined;
  #incoming: ExploredNode["incoming"];
  /** What the snapshot holds of which the message of this turn carries a part. */
  #content: ExploredPacket["content"];
  /** Events that effects lead to, which follow at once. */
  readonly #followUps: Event<string>[] = [];
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

  /** @param points looks for situations in every step. */
  constructor(bounds: Bounds, local: ExploredNode, points: OpenPoints) {
    this.#bounds = bounds;
    this.#points = points;
    this.#env = envOf(configOf(bounds.configs, local), local);
    this.#incoming = local.incoming;
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
    const [salvage, heard, incoming] = [this.#salvage, this.#heard, this.#incoming];
    return {
      node: config.id,
      ...(config.uid !== 0 && { uid: config.uid }),
      state,
      log: contentOf(log),
      ...baseOf(log),
      hard,
      disk,
      held,
      ...(incoming && { incoming }),
      ...(salvage && { salvage }),
      ...(heard && { heard }),
    };
  }

  /** Whether the node has unsynced writes, which a crash can lose. */
  get isUnsynced(): boolean {
    return isUnsynced(this.local);
  }

  /** Handles an event, and what follows in its turn. @throws Broken when a check of the core fails. */
  handle(event: Event<string>, content?: ExploredPacket["content"]): void {
    this.#content = content;
    this.#step(event);
    this.#step({ type: "replicate" });
  }

  /** Takes a snapshot of everything that is known to be committed. @throws Broken like {@link handle}. */
  takeSnapshot(): void {
    const { commit: index } = this.#state;
    const term = this.#env.log.termAt(index);
    if (term === undefined) throw new Broken(`the committed entry ${index} is not in the log`);
    const membership = membershipAt(this.#env, this.#state, index);
    const snapshot = { index, term, membership, size: PARTS, checksum: 0 };
    const content = fullLogOf(this.local).slice(0, index);
    this.#disk = withFile(this.#disk, { snapshot, content });
    this.handle({ type: "snapshotTaken", snapshot });
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

  /** Crashes, and restarts with another disk, which is empty. */
  wipe(uid: number): void {
    this.happened.add("a disk is wiped");
    if (this.#state.role.type === "leader") this.happened.add("a leader crashes");
    this.#disk = { hard: INITIAL_HARD_STATE, log: [] };
    this.#env = { ...this.#env, config: { ...this.#env.config, uid } };
    this.#restart();
  }

  #restart(): void {
    const { config } = this.#env;
    const started = startedFrom(config, this.#disk);
    this.#env = envOf(config, started);
    this.#salvage = started.salvage;
    this.#state = started.state;
    this.#hard = started.hard;
    this.#disk = started.disk;
    this.#held = [];
    this.#incoming = undefined;
    if (this.#heard !== undefined) this.#heard = { ...this.#heard, hastened: false };
  }

  #save(): void {
    this.#disk = savedDisk(this.#disk, this.#hard, this.#state, this.#env.log);
  }

  #step(event: Event<string>): void {
    const { state, effects } = this.#bounds.step(this.#env, this.#state, event);
    const before: Observed<string> = {
      env: effects.some(changesLog) ? { ...this.#env, log: this.#env.log.snapshot() } : this.#env,
      state: this.#state,
    };
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    const follow = this.#followUps.splice(0);
    const after = { env: this.#env, state };
    const found = [...checkStep(before, after), ...checkState(after)];
    if (!sameHardState(this.#hard, hardStateOf(state)))
      found.push(`${this.#env.config.id}: a changed term or vote was not saved`);
    const stepped = { event, before, after, effects };
    const { rules, changes, wipes } = this.#bounds;
    if (rules || changes + wipes > 0) found.push(...checkMemberships(stepped));
    if (rules) found.push(...checkRules(stepped));
    if (found.length > 0) throw new Broken(found.join("; "));
    if (takesForeign(stepped, this.#salvage))
      throw new Broken(`${this.#env.config.id} repairs its log with entries that it did not have`);
    for (const name of eventsIn(stepped)) this.happened.add(name);
    this.#points.look(before.env, { before: before.state, event, after: state, effects });
    const { answered, refused } = answersIn(effects);
    this.answered = [...this.answered, ...answered];
    this.refusedReads = [...this.refusedReads, ...refused];
    this.refused ||= refusesRequest(event, effects);
    this.#hears(stepped);
    for (const next of follow) this.#step(next);
  }

  #hears(stepped: SteppedNode): void {
    if (this.#heard === undefined) return;
    const { heard, passed } = heardAfter(this.#heard, stepped);
    this.#heard = heard;
    this.passed = latestOf(this.passed, passed);
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
      case "compactLog":
        log.compact(effect.upTo);
        break;
      case "installSnapshot":
        log.reset(positionOf(effect.snapshot));
        break;
      case "saveChunk":
        this.#saveChunk(effect);
        break;
      case "sendChunk":
        this.#sendChunk(effect);
        break;
      case "send":
        this.#send(effect.to, effect.uid, { message: effect.message });
        break;
      default:
    }
  }

  #sendChunk(effect: Effect<string> & { readonly type: "sendChunk" }): void {
    const part = partOf(this.#disk, effect);
    if (part === undefined)
      this.#followUps.push({ type: "snapshotGone", snapshot: effect.snapshot });
    else this.#send(effect.to, effect.uid, part);
  }

  #saveChunk(effect: Effect<string> & { readonly type: "saveChunk" }): void {
    const incoming = incomingAfter(this.#incoming, effect, this.#content);
    if (incoming === undefined)
      throw new Broken(`${this.#env.config.id} saves a part of a snapshot that continues nothing`);
    const { snapshot, content } = incoming;
    const isWhole = incoming.received === snapshot.size;
    this.#incoming = isWhole ? undefined : incoming;
    if (!isWhole) return;
    this.#disk = withFile(this.#disk, { snapshot, content });
    this.#followUps.push({ type: "snapshotReceived", snapshot });
  }

  #send(to: NodeId, toUid: number, what: Pick<ExploredPacket, "message" | "content">): void {
    const { id: from, uid: fromUid } = this.#env.config;
    const uids = { ...(fromUid !== 0 && { fromUid }), ...(toUid !== 0 && { toUid }) };
    const packet: ExploredPacket = { from, to, ...uids, ...what };
    const promisesNothing = ["appendEntries", "snapshotChunk", "timeoutNow"].includes(
      packet.message.type,
    );
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
