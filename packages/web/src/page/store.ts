import { computed, signal, type Signal } from "@preact/signals";
import type { RecordedVerdict, RecordingHead } from "@kontiki/cli/recording";
import {
  addressIn,
  fragmentOf,
  positionOf,
  summaryOf,
  type Moment,
  type Position,
  type Timeline,
} from "../model/index.ts";

/** What a store needs of a running cluster. */
type Following = { readonly follows: Signal<boolean> };

/** What a page was opened with. */
export type Opened = {
  readonly head: RecordingHead;
  readonly judged: RecordedVerdict | undefined;
  /** The token of a run that was forked in this page. */
  readonly forked?: string | undefined;
};

/** Which events the list shows: those that a story tells, or all. */
export type Detail = "told" | "all";

/** What the details show. */
export type DetailTab = "state" | "links" | "fork";

/** The state of the page. Views read it, and change it only by the functions here. */
export class Store {
  readonly opened: Opened;
  readonly timeline: Timeline;
  readonly live: Following | undefined;
  /** Counts the changes of the timeline, which itself is not a signal. */
  readonly version = signal(0);
  readonly position = signal<Position>({ index: -1, at: 0 });
  readonly isPlaying = signal(false);
  readonly speed = signal(0.02);
  readonly detail = signal<Detail>("told");
  /** The node whose state is shown, until the pointer is over another. */
  readonly chosen = signal<string | undefined>(undefined);
  readonly pointed = signal<string | undefined>(undefined);
  /** The event to compare with. */
  readonly since = signal<number | undefined>(undefined);
  readonly isHelpOpen = signal(false);
  readonly tab = signal<DetailTab>("state");
  readonly moment = computed<Moment>(() => {
    void this.version.value;
    return this.timeline.moment(this.position.value.index);
  });
  readonly node = computed<string | undefined>(
    () => this.pointed.value ?? this.chosen.value ?? this.#leader ?? this.timeline.nodes[0],
  );
  /** Places of the events that the list shows; undefined for all. */
  readonly rows = computed<readonly number[] | undefined>(() => {
    void this.version.value;
    return this.detail.value === "told" ? this.timeline.told : undefined;
  });

  /** @param live the cluster, for a page that shows one as it runs. */
  constructor(opened: Opened, timeline: Timeline, live?: Following) {
    this.opened = opened;
    this.timeline = timeline;
    this.live = live;
  }

  /** The leader of the highest term at the present moment. */
  get #leader(): string | undefined {
    const leading = Object.entries(this.moment.value.nodes)
      .map(([name, node]) => ({ name, life: node.life, ...summaryOf(node) }))
      .filter(({ role, life }) => role === "leader" && life === "up");
    return leading.toSorted((one, other) => other.term - one.term)[0]?.name;
  }

  /** Shows the moment after an event, and stops. */
  goTo(index: number): void {
    this.isPlaying.value = false;
    this.position.value = positionOf(this.timeline, index);
    if (this.live !== undefined) this.live.follows.value = index >= this.timeline.length - 1;
  }

  /** Forgets all but the last events, and stays at the moment that it shows while that is kept. */
  keepLast(count: number): void {
    const moved = this.timeline.keepLast(count);
    const { index, at } = this.position.value;
    this.position.value = { index: Math.max(0, index - moved), at };
    const since = this.since.value;
    if (since !== undefined) this.since.value = since < moved ? undefined : since - moved;
    this.version.value += 1;
  }

  /** Shows the last moment, as the events of a running cluster come. */
  showLast(): void {
    this.position.value = positionOf(this.timeline, this.timeline.length - 1);
  }

  /** Shows the last event before a time. */
  seek(at: number): void {
    this.isPlaying.value = false;
    this.position.value = { index: this.timeline.indexAt(at), at };
    if (this.live !== undefined) this.live.follows.value = at >= this.timeline.end;
  }

  /** Goes to the next event of the list, or to the one before. */
  step(direction: 1 | -1): void {
    const { index } = this.position.value;
    this.goTo(this.rowNear(index, direction));
  }

  rowNear(index: number, direction: 1 | -1): number {
    const rows = this.rows.value;
    if (rows === undefined) return index + direction;
    if (direction === 1) return rows.find((place) => place > index) ?? this.timeline.length - 1;
    return rows.findLast((place) => place < index) ?? -1;
  }

  /** Takes the moment that an address names. */
  readAddress(fragment: string): void {
    const { step, node, since } = addressIn(fragment);
    if (step !== undefined) this.goTo(step - 1);
    if (node !== undefined && this.timeline.nodes.includes(node)) this.chosen.value = node;
    this.since.value = since === undefined ? undefined : since - 1;
  }

  /** The address of what is shown. */
  get address(): string {
    const { index } = this.position.value;
    const since = this.since.value;
    return fragmentOf({
      step: index + 1,
      node: this.chosen.value,
      since: since === undefined ? undefined : since + 1,
      token: this.opened.forked,
    });
  }
}
