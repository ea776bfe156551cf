import type { ClusterEvent } from "@kontiki/actors";
import type { ServerResponse } from "node:http";
import { EventStream } from "../http/event-stream.ts";
import type { ProgramCluster } from "../launch/cluster.ts";
import { eventText } from "../render/event-text.ts";
import { statusJson } from "../session/verbs/status.ts";

/**
 * Streams of the cluster's events. An event is put into words once, however many read it.
 *
 * These are events of nodes, the same as at the prompt. Changes of keys have streams of their own: see `key-watch.ts`.
 */
export class Watchers {
  readonly #cluster: ProgramCluster;
  readonly #streams = new Set<EventStream>();
  #isClosed = false;
  readonly #tell = (event: ClusterEvent): void => this.#onEvent(event);

  constructor(cluster: ProgramCluster) {
    this.#cluster = cluster;
  }

  /** How many there are. */
  get size(): number {
    return this.#streams.size;
  }

  /** Begins a stream, with the state of the nodes as its first event, once other hosts have told of theirs. */
  async add(response: ServerResponse): Promise<void> {
    const status = await statusJson(this.#cluster);
    if (this.#isClosed) response.destroy();
    if (response.destroyed) return;
    const stream = new EventStream(response);
    stream.send("status", status);
    if (this.#streams.size === 0) this.#cluster.events.on("event", this.#tell);
    this.#streams.add(stream);
    stream.onClose(() => this.#forget(stream));
  }

  /** Ends all streams. */
  close(): void {
    this.#isClosed = true;
    for (const stream of this.#streams) {
      stream.send("end", {});
      stream.end();
    }
  }

  #forget(stream: EventStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#cluster.events.off("event", this.#tell);
  }

  #onEvent(event: ClusterEvent): void {
    const data = JSON.stringify({ ...event, text: eventText(event) ?? null });
    for (const stream of this.#streams) stream.sendText(event.type, data);
  }
}
