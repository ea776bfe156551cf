import type { Letter, RecordedEvent } from "@kontiki/cli/recording";

/** What became of a letter: it arrived, perhaps more than once, or was lost; undefined while that is not known. */
export type Fate =
  | {
      readonly type: "arrived";
      readonly event: number;
      readonly at: number;
      readonly times: number;
    }
  | { readonly type: "lost"; readonly event: number; readonly at: number; readonly reason: string }
  | undefined;

/** A letter and its way. Events are counted from 0. */
export type Posted = {
  readonly letter: Letter;
  readonly event: number;
  readonly at: number;
  readonly fate: Fate;
};

/** A letter on its way, and how far it has come, from 0 to 1; `isOver` for one that was lost a moment ago. */
export type Flying = { readonly posted: Posted; readonly part: number; readonly isOver: boolean };

/** All letters of a recording, in the order in which they were sent. */
export class Letters {
  readonly #all: Posted[] = [];
  readonly #places = new Map<number, number>();

  /** Takes note of an event. */
  add(event: RecordedEvent, index: number): void {
    const { letter, end, at } = event;
    if (letter !== undefined) {
      this.#places.set(letter.id, this.#all.length);
      this.#all.push({ letter, event: index, at, fate: undefined });
    }
    if (end === undefined) return;
    const place = this.#places.get(end.letter);
    const posted = place === undefined ? undefined : this.#all[place];
    if (place !== undefined && posted !== undefined)
      this.#all[place] = { ...posted, fate: fateAfter(posted.fate, end.lost, index, at) };
  }

  get count(): number {
    return this.#all.length;
  }

  /** The letter with this number. */
  find(id: number): Posted | undefined {
    return this.#all[this.#places.get(id) ?? -1];
  }

  /** Letters that have left by an event and have not met their end by then, and those that were just lost. */
  flyingAt(event: number, at: number): readonly Flying[] {
    const flying: Flying[] = [];
    for (let place = this.#placeAfter(event) - 1; place >= 0; place -= 1) {
      const posted = this.#all[place];
      if (posted === undefined || at - posted.at > FLIGHT_MAX) break;
      const { fate } = posted;
      if (fate === undefined) continue;
      const isOver = fate.event <= event;
      if (isOver && (fate.type === "arrived" || at - fate.at > LOSS_SHOWN)) continue;
      const span = fate.at - posted.at;
      const part = span > 0 ? Math.min(1, (at - posted.at) / span) : 0.5;
      flying.push({ posted, part, isOver });
    }
    return flying;
  }

  /** The last of those letters that met their end after a time, in the order in which they were sent. */
  endedSince(at: number, max: number): readonly Posted[] {
    const ended: Posted[] = [];
    for (let place = this.#all.length - 1; place >= 0 && ended.length < max; place -= 1) {
      const posted = this.#all[place];
      if (posted === undefined || at - posted.at > FLIGHT_MAX) break;
      if (posted.fate !== undefined && posted.fate.at > at) ended.push(posted);
    }
    return ended.reverse();
  }

  /** Letters whose way touches the events from `first` to `last`. */
  between(first: number, last: number): readonly Posted[] {
    const end = this.#placeAfter(last);
    return this.#all.slice(0, end).filter(({ event, fate }) => (fate?.event ?? event) >= first);
  }

  /** How many letters were sent by an event. */
  #placeAfter(event: number): number {
    let [low, high] = [0, this.#all.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#all[middle]?.event ?? 0) <= event) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Letters that were sent longer ago are not looked for: a clog may hold them for a run's whole length. */
const FLIGHT_MAX = 2_000;

/** How long the place where a letter was lost is shown, in ms, or in events where there is no time. */
const LOSS_SHOWN = 3;

/** A letter that arrived at a place where its receiver no longer was is lost; of two copies one may be lost before the other arrives. */
function fateAfter(fate: Fate, lost: string | undefined, event: number, at: number): Fate {
  if (lost !== undefined)
    return fate?.type === "arrived" && fate.times > 1
      ? fate
      : { type: "lost", event, at, reason: lost };
  if (fate?.type === "arrived") return { ...fate, times: fate.times + 1 };
  return { type: "arrived", event, at, times: 1 };
}
