import type { CommandBytes, Trace, TracedStep } from "@kontiki/actors";
import { withChanges } from "@kontiki/actors";
import type { Effect, Event, Message, State } from "@kontiki/core";
import { describeStep } from "@kontiki/testing";
import { raftEventText } from "../render/raft-text.ts";
import { cellsOf, logChangeOf, NOTATION } from "./cells.ts";
import { messagesContent } from "./letters.ts";
import { patchBetween, plain } from "./patch.ts";
import type { PatchValue, RecordedEvent } from "./recording.ts";

type Draft = Omit<RecordedEvent, "at">;

/** The traces of a node, one for each of its starts, in their order. */
type Starts = readonly (() => Trace)[];

/**
 * Puts the steps of several nodes into one order: that of each node, and each letter is sent before it is received. A
 * letter whose sender has no trace, or whose sending was cut off, is received all the same.
 */
export function mergeTraces(byNode: ReadonlyMap<string, Starts>): readonly RecordedEvent[] {
  const merge = new Merge();
  const nodes = [...byNode].map(([node, starts]) => new TracedNode(node, starts));
  for (;;) {
    const left = nodes.filter((node) => node.next !== undefined);
    if (left.length === 0) return merge.events;
    const able = left.filter(({ id, next }) => merge.canTake(id, next));
    // None can go on: what they wait for is in no trace.
    for (const node of able.length > 0 ? able : left.slice(0, 1)) {
      merge.take(node);
    }
  }
}

type Item =
  | { readonly type: "start"; readonly trace: Trace }
  | { readonly type: "step"; readonly step: TracedStep };

/** Goes through the starts and steps of one node. */
class TracedNode {
  readonly id: string;
  next: Item | undefined;
  state: State | undefined;
  readonly #items: Iterator<Item, void>;

  constructor(id: string, starts: Starts) {
    this.id = id;
    this.#items = itemsOf(starts);
    this.advance();
  }

  advance(): void {
    const result = this.#items.next();
    this.next = result.done === true ? undefined : result.value;
  }
}

function* itemsOf(starts: Starts): Generator<Item, void> {
  for (const open of starts) {
    const trace = open();
    yield { type: "start", trace };
    for (const step of trace.steps) yield { type: "step", step };
  }
}

class Merge {
  readonly events: RecordedEvent[] = [];
  /** The letters on their way, by what identifies them. */
  readonly #sent = new Map<string, number[]>();
  #letters = 0;

  canTake(node: string, item: Item | undefined): boolean {
    if (item?.type !== "step" || item.step.event.type !== "message") return true;
    const { from, message } = item.step.event;
    return (this.#sent.get(keyOf(from, node, message)) ?? []).length > 0;
  }

  take(node: TracedNode): void {
    const { id, next } = node;
    node.advance();
    if (next === undefined) return;
    if (next.type === "start") this.#start(node, next.trace);
    else this.#step(node, id, next.step);
  }

  #start(node: TracedNode, { opening, state }: Trace): void {
    if (node.state !== undefined)
      this.#add({
        type: "ended",
        node: node.id,
        text: "its trace ends here",
        changes: { [node.id]: { life: "down" } },
      });
    const patch = patchBetween(node.state ?? {}, state);
    const { base, entries } = opening;
    this.#add({
      type: "started",
      node: node.id,
      text: `starts in term ${state.term}, log up to ${entries.at(-1)?.index ?? base.index}`,
      changes: {
        [node.id]: {
          ...(patch && { state: patch }),
          log: { base: [base.index, base.term], append: cellsOf(entries) },
          life: "up",
        },
      },
    });
    node.state = state;
  }

  #step(node: TracedNode, id: string, { event, outcome }: TracedStep): void {
    this.#receive(id, event);
    const before = node.state;
    if (before === undefined) return;
    if (outcome.type === "failed") {
      const text = `the core failed: ${outcome.error}`;
      this.#add({ type: "ended", node: id, text, changes: { [id]: { life: "down" } } });
      return;
    }
    const after = withChanges(before, outcome) as State;
    node.state = after;
    const { effects } = outcome;
    const told = describeStep({ node: id as never, event, before, after, effects });
    const state = patchBetween(before, after);
    const log = logChangeOf(effects);
    const change = { ...(state && { state }), ...(log && { log }) };
    this.#add({
      type: "step",
      node: id,
      text: told ?? raftEventText(event, NOTATION),
      ...(told === undefined && { quiet: true }),
      changes: { [id]: change },
    });
    for (const effect of effects) this.#send(id, effect);
  }

  #receive(node: string, event: Event<CommandBytes>): void {
    if (event.type !== "message") return;
    const letter = this.#sent.get(keyOf(event.from, node, event.message))?.shift();
    if (letter === undefined) return;
    const text = `receives a letter from ${event.from}`;
    this.#add({ type: "received", node, text, end: { letter }, quiet: true });
  }

  #send(from: string, effect: Effect<CommandBytes>): void {
    const message = messageOf(effect);
    if (message === undefined || !("to" in effect)) return;
    const { to } = effect;
    this.#letters += 1;
    const id = this.#letters;
    const key = keyOf(from, to, message);
    this.#sent.set(key, [...(this.#sent.get(key) ?? []), id]);
    const content = messagesContent([message]);
    const letter = { id, from, to, ...content };
    this.#add({
      type: "sent",
      node: from,
      text: `sends ${to} ${content.text}`,
      letter,
      quiet: true,
    });
  }

  #add(draft: Draft): void {
    this.events.push({ at: this.events.length + 1, ...draft });
  }
}

/** The message that an effect sends. The bytes of a snapshot's part are not in a trace. */
function messageOf(effect: Effect<CommandBytes>): Message<CommandBytes> | undefined {
  if (effect.type === "send") return effect.message;
  if (effect.type !== "sendChunk" && effect.type !== "sendFetched") return undefined;
  const { term, snapshot, offset } = effect;
  const type = effect.type === "sendChunk" ? "snapshotChunk" : "fetchedChunk";
  return { type, term, snapshot, offset, bytes: new Uint8Array() };
}

/** Identifies a message among those on one link, apart from copies of it. */
function keyOf(from: string, to: string, message: Message<CommandBytes>): string {
  const shown = "bytes" in message ? { ...message, bytes: undefined } : message;
  return `${from}>${to} ${JSON.stringify(inOrder(plain(shown)))}`;
}

/** A value with its fields in one order: a message that was read has another than one that was made. */
function inOrder(value: PatchValue): PatchValue {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([key, field]) => [key, inOrder(field as PatchValue)]));
}
