import {
  assert,
  MemoryLog,
  restore,
  step,
  type Config,
  type Effect,
  type Env,
  type Event,
  type Index,
  type LogView,
  type NodeId,
  type State,
} from "@kontiki/core";
import { admit } from "./admit.ts";
import { commandsOf, type Draw } from "./commands-of.ts";
import { coalesced, Interop, showsProgress, withoutProgress } from "./interop.ts";
import type { Keeper, Kept } from "./keeper.ts";
import { narrate } from "./narrate.ts";
import { viewOf } from "./node-view.ts";
import { notInOriginal } from "./not-in-original.ts";
import type { Begun, Command, Dropped, Turn, UdpEvent } from "./turn.ts";
import type { Value, WireMessage } from "./wire-message.ts";
import { entryBytes } from "./wire.ts";

/** The parts of a node. It has no sockets, and no clock and no randomness except these. */
export type UdpNodeParts = {
  /** As `configFor` makes it. */
  readonly config: Config;
  readonly kept: Kept;
  readonly keeper: Keeper;
  /** After this time without an answer an AppendEntries counts as lost. */
  readonly patienceMs: number;
  /** Draws the lengths of the timers. */
  readonly draw: Draw;
  /** A monotonic clock. */
  readonly nowMs: () => number;
};

/** The results of an event besides the new state. */
type Handled = { readonly effects: readonly Effect<Value>[]; readonly remarks: readonly string[] };

/**
 * One node of the original's cluster: the core, driven by one event at a time as the original is.
 *
 * Its driver puts datagrams and timeouts in, and performs the commands that come out: it sends, prints and starts timers.
 * All writes of a turn are durable when the turn is returned (Figure 2, "persistent state").
 *
 * A leader adds one value to its log after every event, and followers receive it with the next heartbeat. If it were sent
 * at once, each answer would be an event, add a value, and cause another message, without end. Entries that a follower
 * lacked at the last heartbeat are sent as soon as an answer shows which ones.
 */
export class UdpNode {
  readonly #env: Env<Value>;
  readonly #log: MemoryLog<Value>;
  readonly #keeper: Keeper;
  readonly #interop: Interop;
  readonly #draw: Draw;
  readonly #nowMs: () => number;
  #state: State;
  /** The last entry at the last heartbeat, which announced all entries to the followers. */
  #announced: Index;
  #dropped = 0;

  constructor({ config, kept, keeper, patienceMs, draw, nowMs }: UdpNodeParts) {
    this.#log = new MemoryLog((value) => entryBytes(value), kept.entries);
    this.#env = { config, log: this.#log };
    this.#keeper = keeper;
    this.#interop = new Interop(config, this.#log, patienceMs);
    this.#draw = draw;
    this.#nowMs = nowMs;
    this.#state = restore(kept.hard, this.#log, { horizon: kept.horizon });
    this.#announced = this.#log.lastIndex;
  }

  get log(): LogView<Value> {
    return this.#log;
  }

  get state(): State {
    return this.#state;
  }

  /** Datagrams dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  begin(): Begun {
    const { term, votedFor } = this.#state;
    const entries = this.#log.lastIndex;
    const text = `Restored term ${term} and a log of ${entries}`;
    const restored: readonly Command[] = term === 0 ? [] : [{ type: "log", text }];
    const microseconds = this.#draw.election();
    const commands = [...restored, { type: "resetElectionTimeout", microseconds } as const];
    return { type: "begun", term, votedFor, commands };
  }

  /** Takes any bytes. */
  receive(bytes: Uint8Array): Turn | Dropped {
    const admission = admit(this.#env.config, this.#state, this.#log, bytes);
    if (admission.type === "admitted") return this.#turn({ ...admission, type: "message" });
    const { reason } = admission;
    this.#dropped += 1;
    return { type: "dropped", bytes: bytes.length, reason, count: this.#dropped };
  }

  timeout(type: "electionTimeout" | "heartbeatTimeout"): Turn {
    return this.#turn({ type });
  }

  #turn(event: UdpEvent): Turn {
    const { config } = this.#env;
    const before = this.#state;
    const input = viewOf(config, before, this.#log);
    const { effects, remarks } = this.#handle(event);
    const after = this.#state;
    const view = viewOf(config, after, this.#log);
    const texts = [...narrate({ before, event, after, effects }), ...remarks];
    if (isElection(before, after)) this.#announced = this.#log.lastIndex;
    this.#addValue();
    this.#keeper.sync();
    const late = this.#countOwnLog();
    const output = { ...view, commitIndex: this.#state.commit };
    const commands = commandsOf([...coalesced(effects), ...late], {
      draw: this.#draw,
      commit: before.commit,
      leaderCommit: leaderCommitIn(event),
      outgoing: (to, message) => this.#interop.outgoing(to, message, this.#nowMs()),
      broadcast: isElection(before, after),
    });
    const logs = texts.map((text) => ({ type: "log", text }) as const);
    return { type: "turn", event, input, output, commands: [...logs, ...commands] };
  }

  #handle(event: UdpEvent): Handled {
    switch (event.type) {
      case "electionTimeout":
        return { effects: this.#step(event), remarks: [] };
      case "heartbeatTimeout":
        if (this.#state.role.type !== "leader") return { effects: [], remarks: [] };
        this.#announced = this.#log.lastIndex;
        this.#state = this.#interop.beforeHeartbeat(this.#state);
        return { effects: [...this.#step(event), ...this.#replicate()], remarks: [] };
      case "message":
        return this.#onMessage(event.from, event.message);
      default:
        return event satisfies never;
    }
  }

  #onMessage(from: NodeId, message: WireMessage): Handled {
    const incoming = this.#interop.incoming(this.#state, from, message, this.#nowMs());
    switch (incoming.type) {
      case "message": {
        const before = this.#state;
        const { message: meant } = incoming;
        const effects = this.#step({ type: "message", from, fromUid: 0, toUid: 0, message: meant });
        if (!showsProgress(before, this.#state, from, this.#announced))
          return { effects, remarks: [] };
        return { effects: [...effects, ...this.#replicate()], remarks: [] };
      }
      case "forgotten":
        this.#state = withoutProgress(this.#state, from, incoming.next);
        return {
          effects: this.#replicate(),
          remarks: [`${from} has lost its log, probing it again`],
        };
      case "ignored":
        return { effects: [], remarks: [incoming.why] };
      default:
        return incoming satisfies never;
    }
  }

  #replicate(): readonly Effect<Value>[] {
    return this.#step({ type: "replicate" });
  }

  /** As in the original, a leader's own value causes no command. */
  #addValue(): void {
    if (this.#state.role.type !== "leader") return;
    const value = { node: this.#env.config.id, number: BigInt(this.#log.lastIndex) };
    this.#step({ type: "propose", commands: [value] });
  }

  /** A leader counts itself up to the durable end of its log, which is now the end of the log. */
  #countOwnLog(): readonly Effect<Value>[] {
    const last = this.#log.lastIndex;
    const term = this.#log.termAt(last);
    assert(term !== undefined, "a log knows the term of its last entry");
    return this.#state.durable < last ? this.#step({ type: "durable", index: last, term }) : [];
  }

  #step(event: Event<Value>): readonly Effect<Value>[] {
    const { state, effects } = step(this.#env, this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#write(effect);
    return effects;
  }

  #write(effect: Effect<Value>): void {
    switch (effect.type) {
      case "saveHardState":
        return this.#keeper.saveHardState(effect.hard);
      case "truncateLog":
        this.#log.truncate(effect.after);
        return this.#keeper.truncate(effect.after);
      case "appendLog":
        this.#log.append(effect.entries);
        return this.#keeper.append(effect.entries);
      case "send":
      case "commit":
      case "proposed":
      case "rejectProposal":
      case "resetElectionTimer":
      case "resetHeartbeatTimer":
        return;
      case "logRepaired":
        return this.#keeper.forgetHorizon();
      case "compactLog":
      case "sendChunk":
      case "sendFetched":
      case "saveChunk":
      case "installSnapshot":
      case "readReady":
      case "rejectRead":
      case "changeTaken":
      case "rejectChange":
      case "transferEnded":
      case "hastenElectionTimer":
        return notInOriginal(effect.type);
      default:
        return effect satisfies never;
    }
  }
}

/** The commit index that a leader reports; 0 if no leader does. */
function leaderCommitIn(event: UdpEvent): bigint {
  if (event.type !== "message" || event.message.type !== "AppendEntries") return 0n;
  return event.message.commitIndex;
}

/** Whether a node became candidate or leader: then it sends the same message to all others. */
function isElection(before: State, after: State): boolean {
  if (after.role.type === "follower") return false;
  return before.role.type !== after.role.type || before.term !== after.term;
}
