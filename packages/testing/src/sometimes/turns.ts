import { isClientAddress, openParcel, type Letter } from "@kontiki/actors/node";
import { confirmedRound } from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";
import {
  PerNode,
  rowsOf,
  type ActorView,
  type RunPoints,
  type RunWatch,
  type Table,
} from "./run-point.ts";

type Name =
  | "turns.timerReset"
  | "turns.silenceReset"
  | "turns.oldObituary"
  | "turns.lastMail"
  | "turns.entriesHeld"
  | "turns.forwarded"
  | "turns.forwardTaken"
  | "turns.forwardRefused"
  | "turns.leaseAtTransfer"
  | "turns.leaseAfterFailure"
  | "turns.leaseRanOut";

const TABLE: Table<Name> = {
  "turns.timerReset": ["§5.2", "A timer ran out in the turn in which it was reset."],
  "turns.silenceReset": [
    "4.2.3",
    "The shortest election timeout passed in the turn in which a leader was heard.",
  ],
  "turns.oldObituary": [
    undefined,
    "An obituary of an earlier start of a node arrived after mail of a later one.",
  ],
  "turns.lastMail": [undefined, "The last mail of a node arrived in one turn with its obituary."],
  "turns.entriesHeld": [
    "10.2.1",
    "A leader's entries waited for its disk, because its term or vote was not on it yet.",
  ],
  "turns.forwarded": [undefined, "A follower forwarded commands to its leader."],
  "turns.forwardTaken": [undefined, "A leader took commands that a follower had forwarded."],
  "turns.forwardRefused": [
    undefined,
    "Commands were forwarded to a server that did not lead, and refused: they are forwarded once.",
  ],
  "turns.leaseAtTransfer": ["6.4.1", "A lease was held when a transfer of leadership began."],
  "turns.leaseAfterFailure": [
    "6.4.1",
    "A transfer failed at a leader whose lease, by its clock, had not run out.",
  ],
  "turns.leaseRanOut": ["6.4.1", "A leader that had a lease got a read after it ran out."],
};

/** Situations within one turn of a node: its letters, its timer, its lease. */
export const TURNS: RunPoints = {
  points: rowsOf(TABLE),
  watch: (meet) => new TurnWatch(meet),
};

const NO_LETTERS: readonly Letter[] = [];

const OF_EFFECTS: readonly Name[] = ["turns.timerReset", "turns.silenceReset", "turns.entriesHeld"];

class TurnMemory {
  letters: readonly Letter[] = NO_LETTERS;
  timeouts: readonly string[] = [];
  savesHardState = false;
  readonly heard = new Map<string, number>();
}

class TurnWatch implements RunWatch {
  readonly hears = [];
  readonly #met = new Set<Name>();
  readonly #onMet: (name: Name) => void;
  readonly #turns = new PerNode(() => new TurnMemory());
  /** What only the effects of a step show. */
  #seeksEffects = true;

  constructor(onMet: (name: Name) => void) {
    this.#onMet = onMet;
  }

  onStep(step: CoreStep, actor: ActorView): void {
    const turn = this.#turns.of(step.node);
    if (turn.letters !== actor.letters) this.#begin(turn, actor);
    if (this.#seeksEffects && step.effects.length > 0) this.#look(step, turn);
    switch (step.event.type) {
      case "propose":
        return this.#onPropose(step, turn);
      case "transfer":
        if (before(step)?.transfer === undefined && after(step)?.transfer && actor.holdsLease)
          this.#meet("turns.leaseAtTransfer");
        return;
      case "heartbeatTimeout":
        if (before(step)?.transfer && hasFailed(step) && actor.holdsLease)
          this.#meet("turns.leaseAfterFailure");
        return;
      case "read":
        return this.#onRead(step, actor);
      default:
    }
  }

  onHappening(): void {}

  #meet(name: Name): void {
    this.#met.add(name);
    this.#onMet(name);
    this.#seeksEffects = !OF_EFFECTS.every((each) => this.#met.has(each));
  }

  #begin(turn: TurnMemory, { letters, timer }: ActorView): void {
    turn.letters = letters;
    turn.savesHardState = false;
    if (turn.timeouts.length > 0) turn.timeouts = [];
    for (const letter of letters) {
      if (letter.type === "mail") this.#heard(turn, letter);
      else if (letter.type === "obituary") this.#obituary(turn, letter);
      else if (letter.type !== "order" && letter.epoch === timer.epoch)
        turn.timeouts = [...turn.timeouts, letter.type];
    }
  }

  /** Only mail of a second start or later can outdate an obituary. */
  #heard({ heard }: TurnMemory, { from, incarnation }: Letter & { readonly type: "mail" }): void {
    if (incarnation > 1 && incarnation > (heard.get(from) ?? 0)) heard.set(from, incarnation);
  }

  #obituary(turn: TurnMemory, { node, incarnation }: Letter & { readonly type: "obituary" }): void {
    if (incarnation < (turn.heard.get(node) ?? 0)) this.#meet("turns.oldObituary");
    const isLast = turn.letters.some(
      (letter) =>
        letter.type === "mail" && letter.from === node && letter.incarnation === incarnation,
    );
    if (isLast) this.#meet("turns.lastMail");
  }

  /** Timeouts are handled after messages and obituaries, so what these reset is reset before. */
  #look({ event, effects }: CoreStep, turn: TurnMemory): void {
    // It is the first effect of a step, if it is one.
    if (effects[0]?.type === "saveHardState") turn.savesHardState = true;
    const isEarly =
      turn.timeouts.length > 0 && (event.type === "message" || event.type === "peerDown");
    if (!isEarly && !turn.savesHardState) return;
    for (const effect of effects) {
      if (effect.type === "send") {
        if (turn.savesHardState && effect.message.type === "appendEntries")
          this.#meet("turns.entriesHeld");
      } else if (
        isEarly &&
        (effect.type === "resetElectionTimer" || effect.type === "hastenElectionTimer")
      )
        for (const type of turn.timeouts)
          this.#meet(type === "timer" ? "turns.timerReset" : "turns.silenceReset");
    }
  }

  #onPropose({ effects }: CoreStep, { letters }: TurnMemory): void {
    const refused = effects.find((effect) => effect.type === "rejectProposal");
    if (refused === undefined) {
      this.#meetIf("turns.forwardTaken", () => letters.some(isForward));
    } else if (refused.reason === "notLeader") {
      this.#meetIf("turns.forwardRefused", () => letters.some(isForward));
      if (refused.leader !== undefined)
        this.#meetIf("turns.forwarded", () => letters.some(isProposal));
    }
  }

  /** Looks into letters only for what was not met yet. */
  #meetIf(name: Name, isThere: () => boolean): void {
    if (!this.#met.has(name) && isThere()) this.#meet(name);
  }

  #onRead({ event, before: state }: CoreStep, actor: ActorView): void {
    const { env } = actor;
    const { role } = state;
    if (event.type !== "read" || event.leased || role.type !== "leader") return;
    if (!env.config.leases || role.transfer !== undefined || role.leaseGivenUp) return;
    this.#meetIf(
      "turns.leaseRanOut",
      () => !actor.holdsLease && confirmedRound(env, state, role) > 0,
    );
  }
}

function before({ before: { role } }: CoreStep): (typeof role & { type: "leader" }) | undefined {
  return role.type === "leader" ? role : undefined;
}

function after({ after: { role } }: CoreStep): (typeof role & { type: "leader" }) | undefined {
  return role.type === "leader" ? role : undefined;
}

function hasFailed(step: CoreStep): boolean {
  const role = after(step);
  return role !== undefined && role.transfer === undefined;
}

function isForward(letter: Letter): boolean {
  if (letter.type !== "mail" || isClientAddress(letter.from)) return false;
  return openParcel(letter.bytes)?.type === "forward";
}

function isProposal(letter: Letter): boolean {
  if (letter.type !== "mail" || !isClientAddress(letter.from)) return false;
  return openParcel(letter.bytes)?.type === "propose";
}
