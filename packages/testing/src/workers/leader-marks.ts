import type { ClusterEvent, NodeStatus } from "@kontiki/actors";
import type { Mark } from "../history/history.ts";
import type { ClusterUnderTest } from "./cluster-under-test.ts";

type LeaderMark = Mark & { readonly type: "leader" };

/** Records which thread led at which time, as marks in the history. */
export class LeaderMarks {
  readonly #now: () => number;
  readonly #ended: LeaderMark[] = [];
  readonly #leading = new Map<string, LeaderMark>();

  /** @param now ms of the run. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** All marks so far. */
  get all(): readonly Mark[] {
    return [...this.#ended, ...this.#leading.values()];
  }

  /** Listens to a cluster from now on. */
  watch(cluster: ClusterUnderTest): void {
    cluster.events.on("status", (status) => this.#onStatus(status));
  }

  onEvent(event: ClusterEvent): void {
    if (event.type === "crashed" || event.type === "stopped") this.#end(event.node);
    if (event.type !== "leader") return;
    const { node, term } = event;
    this.#end(node);
    this.#leading.set(node, { type: "leader", node, term, from: this.#now() });
  }

  #onStatus({ id, raft }: NodeStatus): void {
    const mark = this.#leading.get(id);
    if (mark === undefined || raft === undefined) return;
    if (raft.role !== "leader" || raft.term !== mark.term) this.#end(id);
  }

  #end(node: string): void {
    const mark = this.#leading.get(node);
    if (mark === undefined) return;
    this.#leading.delete(node);
    this.#ended.push({ ...mark, to: this.#now() });
  }
}
