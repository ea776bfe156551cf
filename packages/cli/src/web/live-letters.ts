import type { ChannelMessages } from "@kontiki/actors";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { kindOfTypes } from "../view/letters.ts";
import type { RecordedEvent } from "../view/recording.ts";
import { letterText } from "./letter-text.ts";

type Told = ChannelMessages["kontiki:letter"];
type Sent = { readonly id: number; readonly told: Told };

/** A letter that no node has taken for this long counts as lost, in ms, until one takes it after all. */
const LOST_AFTER_MS = 1_000;
const FORGOTTEN_AFTER_MS = 30_000;

/** Of letters on their way no more than this are remembered, and of those that count as lost. */
const OPEN_MAX = 10_000;

/** Tells a recording which letters pass between the nodes of this process, and their timers, while it is on. */
export class LiveLetters {
  readonly #add: (event: RecordedEvent) => void;
  readonly #atOf: (epochMs: number) => number;
  /** Letters that were sent and not taken yet, those of them that count as lost, and those whose sending is not told yet. */
  readonly #open = new Map<string, Sent>();
  readonly #lost = new Map<string, Sent>();
  readonly #early = new Map<string, Told>();
  #count = 0;
  #share = 1;
  #isOn = false;

  /** @param atOf the time of the recording at so many ms since 1970. */
  constructor(add: (event: RecordedEvent) => void, atOf: (epochMs: number) => number) {
    this.#add = add;
    this.#atOf = atOf;
  }

  /** Begins to listen, or ends that. */
  switch(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    const change = isOn ? subscribe : unsubscribe;
    change("kontiki:letter", this.#onLetter);
    change("kontiki:timer", this.#onTimer);
    for (const each of [this.#open, this.#lost, this.#early]) each.clear();
  }

  /** Tells which letters are lost by now. @returns the share of letters that is recorded. */
  look(epochMs: number): number {
    for (const [name, sent] of olderThan(this.#open, epochMs - LOST_AFTER_MS)) {
      this.#open.delete(name);
      if (this.#lost.size < OPEN_MAX) this.#lost.set(name, sent);
      this.#lose(sent, epochMs);
    }
    for (const [name] of olderThan(this.#lost, epochMs - FORGOTTEN_AFTER_MS))
      this.#lost.delete(name);
    for (const [name, told] of this.#early) {
      if (told.at > epochMs - LOST_AFTER_MS) break;
      this.#early.delete(name);
      // The sender was killed before it could tell.
      this.#sent(told);
      this.#received(told);
    }
    const share = this.#share;
    this.#share = 1;
    return share;
  }

  readonly #onLetter = (message: unknown): void => {
    const told = message as Told;
    this.#share = Math.min(this.#share, told.share);
    if (told.way === "sent") {
      this.#sent(told);
      const early = this.#early.get(told.letter);
      this.#early.delete(told.letter);
      if (early !== undefined) this.#received(early);
    } else if (this.#open.has(told.letter) || this.#lost.has(told.letter)) this.#received(told);
    else if (this.#early.size < OPEN_MAX) this.#early.set(told.letter, told);
  };

  readonly #onTimer = (message: unknown): void => {
    const { node, at, dueAt, timer: kind } = message as ChannelMessages["kontiki:timer"];
    const timer = { from: this.#atOf(at), to: this.#atOf(dueAt), kind };
    const name = kind === "heartbeat" ? kind : "election";
    const text = `starts its ${name} timer, of ${Math.round(dueAt - at)} ms`;
    this.#tell(at, { type: "step", node, text, changes: { [node]: { timer } } });
  };

  #sent(told: Told): void {
    if (this.#open.size >= OPEN_MAX) return;
    this.#count += 1;
    const { from, to, messages } = told;
    const letter = {
      id: this.#count,
      from,
      to,
      kind: kindOfTypes(messages.map(({ type }) => type)),
      text: letterText(told),
    };
    this.#open.set(told.letter, { id: letter.id, told });
    const text = `sends ${to} ${letter.text.replaceAll("\n", "; ")}`;
    this.#tell(told.at, { type: "sent", node: from, text, letter });
  }

  #received({ letter, from, to, at }: Told): void {
    const sent = this.#open.get(letter) ?? this.#lost.get(letter);
    if (sent === undefined) return;
    this.#open.delete(letter);
    this.#lost.delete(letter);
    const text = `receives a letter from ${from}`;
    this.#tell(at, { type: "received", node: to, text, end: { letter: sent.id } });
  }

  #lose({ id, told: { from, to } }: Sent, epochMs: number): void {
    const lost = `${to} has not taken it within ${LOST_AFTER_MS / 1000} s`;
    const text = `its letter to ${to} is lost: ${lost}`;
    this.#tell(epochMs, { type: "lost", node: from, text, end: { letter: id, lost } });
  }

  #tell(epochMs: number, event: Omit<RecordedEvent, "at" | "quiet">): void {
    this.#add({ at: this.#atOf(epochMs), ...event, quiet: true });
  }
}

/** The first letters of a list, which were sent before a time. */
function olderThan(
  letters: ReadonlyMap<string, Sent>,
  at: number,
): readonly (readonly [string, Sent])[] {
  const older: [string, Sent][] = [];
  for (const entry of letters) {
    if (entry[1].told.at > at) break;
    older.push(entry);
  }
  return older;
}
