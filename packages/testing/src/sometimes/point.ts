import {
  membershipOf,
  type Effect,
  type Env,
  type Event,
  type Membership,
  type Message,
  type NodeId,
  type State,
} from "@kontiki/core";
import { CIRCUMSTANCE, circumstancesOf, type Circumstance, type Step } from "./circumstances.ts";

/** A situation in which a rule decides. A campaign counts the runs that met it. */
export type Described = {
  /** Its subject and a short name: `elections.evenHalf`. */
  readonly name: string;
  /** The situation, in one sentence. */
  readonly text: string;
  /** Where the paper (§) or the dissertation describes the rule; undefined where neither does. */
  readonly section: string | undefined;
};

/** One step of a core, with all that its rules may have looked at. */
export class Moment implements Step {
  /** The log is that before the step. */
  readonly env: Env<unknown>;
  readonly before: State;
  readonly event: Event<unknown>;
  readonly after: State;
  readonly effects: readonly Effect<unknown>[];
  #inForce: Membership | undefined;

  constructor(env: Env<unknown>, { before, event, after, effects }: Step) {
    this.env = env;
    this.before = before;
    this.event = event;
    this.after = after;
    this.effects = effects;
  }

  /** The membership in force before the step. */
  get inForce(): Membership {
    this.#inForce ??= membershipOf(this.env, this.before);
    return this.#inForce;
  }
}

/** What leads to a step: an event, or the kind of message that arrived. */
export type Trigger = Exclude<Event<unknown>["type"], "message"> | Message<unknown>["type"];

/** A situation within one step: a pure predicate, asked only for steps of these triggers. */
export type StepPoint = Described & {
  readonly on: readonly Trigger[];
  /** What must be the case anyway: without it the predicate is not asked. */
  readonly needs: Circumstance;
  readonly holds: Predicate<Event<unknown> | Message<unknown>>;
};

/** Whether the situation is there. `cause` is the event, or the message that arrived; `from` is its sender. */
type Predicate<Cause> = (moment: Moment, cause: Cause, from: NodeId) => boolean;

type About = Described["section"];
type MessageOf<T extends Message<unknown>["type"]> = Message<unknown> & { readonly type: T };
type EventOf<T extends Event<unknown>["type"]> = Event<unknown> & { readonly type: T };

/** A situation in steps of several kinds. */
export function onAny(
  on: readonly Trigger[],
  name: string,
  section: About,
  text: string,
  holds: (moment: Moment) => boolean,
): StepPoint {
  return { name, text, section, on, needs: CIRCUMSTANCE.always, holds };
}

/** A situation in which a message of this kind arrived. */
export function onMessage<const T extends Message<unknown>["type"]>(
  type: T,
  name: string,
  section: About,
  text: string,
  holds: Predicate<MessageOf<T>>,
): StepPoint {
  return {
    name,
    text,
    section,
    on: [type],
    needs: CIRCUMSTANCE.always,
    holds: holds as StepPoint["holds"],
  };
}

/** A situation in which an event of this kind, other than a message, happened. */
export function onEvent<const T extends Exclude<Trigger, Message<unknown>["type"]>>(
  type: T,
  name: string,
  section: About,
  text: string,
  holds: Predicate<EventOf<T>>,
): StepPoint {
  const any = holds as unknown as StepPoint["holds"];
  return { name, text, section, on: [type], needs: CIRCUMSTANCE.always, holds: any };
}

/** These situations, each only in this circumstance. */
export function onlyIf(needs: Circumstance, points: readonly StepPoint[]): readonly StepPoint[] {
  return points.map((point) => ({ ...point, needs }));
}

/** Whether the situation is there after this step. */
export function isMet(point: StepPoint, moment: Moment): boolean {
  if ((circumstancesOf(moment.env, moment) & point.needs) === 0) return false;
  return point.holds(moment, causeOf(moment.event), senderOf(moment.event));
}

/** The event, or the message that arrived. */
export function causeOf(
  event: Event<unknown>,
): Exclude<Event<unknown>, { readonly type: "message" }> | Message<unknown> {
  return event.type === "message" ? event.message : event;
}

/** The sender of the message that arrived; no name for any other event. */
export function senderOf(event: Event<unknown>): NodeId {
  return event.type === "message" ? event.from : NOBODY;
}

const NOBODY = "" as NodeId;
