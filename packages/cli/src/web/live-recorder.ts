import type { ClusterEvent, NodeStatus, OtherHost } from "@kontiki/actors";
import type { ProgramCluster } from "../launch/cluster.ts";
import { eventText } from "../render/event-text.ts";
import { patchBetween, plain } from "../view/patch.ts";
import type { NodeChange, RecordedEvent, RecordedType } from "../view/recording.ts";
import { HELD_MS, InOrder } from "./in-order.ts";
import { changeTo, knownOf, knownOn, NOTHING, type Known } from "./known.ts";
import { LiveLetters } from "./live-letters.ts";

/** More events of the cluster than this in one batch are counted instead. */
const EVENTS_MAX = 100;

/** What was recorded since the last time. */
export type Taken = {
  readonly events: readonly RecordedEvent[];
  readonly skipped: number;
  /** See `LiveBatch`. */
  readonly share: number;
};

/**
 * Records a running cluster for pages: its events, of the states that nodes report the last one at each `take`, and while a
 * page is open letters and timers.
 */
export class LiveRecorder {
  readonly #cluster: ProgramCluster;
  readonly #now: () => number;
  readonly #events = new InOrder();
  readonly #letters: LiveLetters;
  /** Events of the cluster since the last `take`. */
  #told = 0;
  #skipped = 0;
  readonly #reported = new Map<string, NodeStatus>();
  readonly #known = new Map<string, Known>();
  /** The nodes of other hosts, as they were known last. */
  #elsewhere: ReadonlyMap<string, Known> = new Map();
  readonly #stop: () => void;

  /** @param now in ms from the beginning of the recording. */
  constructor(cluster: ProgramCluster, now: () => number) {
    this.#cluster = cluster;
    this.#now = now;
    const begunMs = epochNow() - now();
    const atOf = (epochMs: number): number => Math.round((epochMs - begunMs) * 1000) / 1000;
    this.#letters = new LiveLetters((event) => this.#events.add(event), atOf);
    for (const status of cluster.status()) this.#reported.set(status.id, status);
    const onEvent = (event: ClusterEvent): void => this.#onEvent(event);
    const onStatus = (status: NodeStatus): void => {
      if (this.#reported.has(status.id)) this.#skipped += 1;
      this.#reported.set(status.id, status);
    };
    cluster.events.on("event", onEvent);
    cluster.events.on("status", onStatus);
    this.#stop = () => {
      cluster.events.off("event", onEvent);
      cluster.events.off("status", onStatus);
    };
  }

  /** Whether letters and timers are recorded: that costs the nodes' threads something. */
  set recordsLetters(isOn: boolean) {
    this.#letters.switch(isOn);
  }

  /** What has happened since the last call, and is known to be in order. */
  take(): Taken {
    for (const status of this.#reported.values()) this.#tell(status.id, knownOf(status));
    this.#reported.clear();
    const share = this.#letters.look(epochNow());
    const taken = {
      events: this.#events.upTo(this.#now() - HELD_MS),
      skipped: this.#skipped,
      share,
    };
    this.#told = 0;
    this.#skipped = 0;
    return taken;
  }

  /** One event that holds the state of every node, for a recording that begins now. */
  all(): RecordedEvent {
    const changes: Record<string, NodeChange> = {};
    for (const status of this.#cluster.status()) changes[status.id] = changeTo(knownOf(status));
    for (const [node, known] of this.#elsewhere) changes[node] = changeTo(known);
    const at = this.#events.last;
    return { at, type: "phase", node: "", text: "the recording begins", changes };
  }

  /** The nodes of other hosts, as these tell of them now. */
  tellOthers(others: readonly OtherHost[]): void {
    const here = this.#cluster.nodeIds;
    const all = others.flatMap((other) => [...knownOn(other)]);
    this.#elsewhere = new Map(all.filter(([node]) => !here.some((own) => own === node)));
    for (const [node, known] of this.#elsewhere) this.#tell(node, known);
  }

  /** The nodes of all hosts. */
  get nodes(): readonly string[] {
    return [...this.#cluster.nodeIds, ...this.#elsewhere.keys()];
  }

  /** Adds an event from elsewhere. */
  add(event: Omit<RecordedEvent, "at">): void {
    this.#events.add({ at: this.#now(), ...event });
  }

  stop(): void {
    this.recordsLetters = false;
    this.#stop();
  }

  #onEvent(event: ClusterEvent): void {
    if (this.#told >= EVENTS_MAX) {
      this.#skipped += 1;
      return;
    }
    const node = "node" in event ? event.node : "";
    const text = eventText(event);
    const change = changeOf(event);
    if (text === undefined && change === undefined) return;
    this.#told += 1;
    this.add({
      type: typeOf(event),
      node,
      text: text === undefined ? event.type : withoutNode(text, node),
      ...(change && node !== "" && { changes: { [node]: change } }),
    });
  }

  #tell(node: string, now: Known): void {
    const before = this.#known.get(node) ?? NOTHING;
    this.#known.set(node, now);
    const state = patchBetween(before.state, now.state);
    if (state === undefined && before.life === now.life && before.applied === now.applied) return;
    const isProgress =
      before.role === now.role && before.term === now.term && before.life === now.life;
    this.add({
      type: "step",
      node,
      text: now.text,
      ...(isProgress && { quiet: true }),
      changes: {
        [node]: {
          ...(state && { state }),
          ...(before.life !== now.life && { life: now.life }),
          ...(before.applied !== now.applied && { applied: now.applied }),
        },
      },
    });
  }
}

function epochNow(): number {
  return performance.timeOrigin + performance.now();
}

/** A page has the node in a column of its own. */
function withoutNode(text: string, node: string): string {
  return node !== "" && text.startsWith(`${node} `) ? text.slice(node.length + 1) : text;
}

function typeOf(event: ClusterEvent): RecordedType {
  switch (event.type) {
    case "started":
      return "started";
    case "crashed":
    case "failed":
    case "stopped":
      return "ended";
    case "diverged":
      return "violation";
    case "trouble":
    case "repaired":
      return "disk";
    case "leader":
      return "step";
    default:
      return "phase";
  }
}

function changeOf(event: ClusterEvent): NodeChange | undefined {
  switch (event.type) {
    case "started":
      return { life: "up" };
    case "crashed":
    case "failed":
    case "stopped":
      return { life: "down" };
    case "leader":
      return { state: { term: event.term, role: { type: "leader", leader: plain(event.node) } } };
    default:
      return undefined;
  }
}
