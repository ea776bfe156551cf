import { MARK_KINDS, SPEEDS, type MarkKind } from "../model/index.ts";
import type { Store } from "./store.ts";

/** The keys, for the page's help. */
export const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["Space", "play or pause"],
  ["→  ←", "next or previous event of the list"],
  ["Shift →  Shift ←", "next or previous event of all"],
  ["e  E", "next or previous election"],
  ["c  C", "next or previous time a node goes down: a crash or a stop"],
  ["f  F", "next or previous fault"],
  ["v  V", "next or previous violation"],
  ["Home  End", "first or last event"],
  ["+  -", "faster or slower"],
  ["1 … 9", "show the state of this node"],
  ["p", "pin this moment, to compare others with it; again: unpin"],
  ["k", "fork here: change what happens next, and run on"],
  ["a", "list all events, or those that matter"],
  ["?", "this help"],
];

const JUMPS: ReadonlyMap<string, MarkKind> = new Map(
  MARK_KINDS.map((kind) => [kind.slice(0, 1), kind]),
);

/** Does what a key is for, unless a field or a button has the focus that takes it. */
export function onKey(store: Store, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
  if (!act(store, event)) return;
  event.preventDefault();
}

function act(store: Store, { key, shiftKey }: KeyboardEvent): boolean {
  const { timeline, position } = store;
  const direction = key === "ArrowLeft" ? -1 : 1;
  const jump = JUMPS.get(key.toLowerCase());
  if (jump !== undefined) jumpTo(store, jump, shiftKey ? -1 : 1);
  else if (key === " ") togglePlay(store);
  else if (key === "ArrowRight" || key === "ArrowLeft")
    if (shiftKey) store.goTo(position.value.index + direction);
    else store.step(direction);
  else if (key === "Home") store.goTo(-1);
  else if (key === "End") store.goTo(timeline.length - 1);
  else if (key === "+" || key === "-") changeSpeed(store, key === "+" ? 1 : -1);
  else if (/^[1-9]$/.test(key)) store.chosen.value = timeline.nodes[Number(key) - 1];
  else if (key === "p") togglePin(store);
  else if (key === "k" && store.opened.head.token !== undefined) store.tab.value = "fork";
  else if (key === "a") store.detail.value = store.detail.value === "all" ? "told" : "all";
  else if (key === "?") store.isHelpOpen.value = !store.isHelpOpen.value;
  else if (key === "Escape") store.isHelpOpen.value = false;
  else return false;
  return true;
}

/** Goes to the next mark of a kind, or the one before, if there is one. */
export function jumpTo(store: Store, kind: MarkKind, direction: 1 | -1): void {
  const mark = store.timeline.marks.near(kind, store.position.value.index, direction);
  if (mark !== undefined) store.goTo(mark.event);
}

/** Plays or pauses; at the end it plays from the beginning. A running cluster is followed no more. */
export function togglePlay(store: Store): void {
  const { timeline, position, isPlaying, live } = store;
  if (live?.follows.value === true) {
    live.follows.value = false;
    return;
  }
  if (!isPlaying.value && position.value.index >= timeline.length - 1) store.goTo(-1);
  isPlaying.value = !isPlaying.value;
}

/** Keeps this moment to compare others with, or forgets it. */
export function togglePin(store: Store): void {
  store.since.value = store.since.value === undefined ? store.position.value.index : undefined;
}

function changeSpeed({ speed }: Store, by: 1 | -1): void {
  const place = SPEEDS.findIndex((one) => one >= speed.value) + by;
  speed.value = SPEEDS[Math.max(0, Math.min(place, SPEEDS.length - 1))] ?? speed.value;
}

function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input, select, textarea")) return true;
  return target.matches("button, summary") && (key === " " || key === "Enter");
}
