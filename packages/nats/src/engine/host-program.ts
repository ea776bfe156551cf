/**
 * The program of one host of a cluster under test: its own supervisor and its node, as `kontiki up --host` starts them, and orders
 * from the engine by the channel between the two processes. It ends with that channel, so it never outlives the engine.
 *
 * @module
 */
import { Cluster, KontikiError, type ClusterEvent } from "@kontiki/actors";
import { messageOf } from "@kontiki/actors/node";
import type { FromHost, HostOrder, HostReport, ToHost } from "./host-protocol.ts";

/** A cluster with one node, which reports what happens to it. */
class Host {
  readonly #node: string;
  #cluster: Cluster<unknown, unknown> | undefined;
  #events: ClusterEvent[] = [];
  #isDue = false;

  constructor(node: string) {
    this.#node = node;
  }

  async start({ options }: ToHost & { readonly type: "start" }): Promise<void> {
    const cluster = await Cluster.start<unknown, unknown>({
      ...options,
      onEvent: (event) => this.#onEvent(event),
    });
    this.#cluster = cluster;
    cluster.events.on("status", () => this.#reportSoon());
    this.#report();
    send({ type: "up" });
  }

  async answer(id: number, order: HostOrder): Promise<void> {
    try {
      const value = await this.#obey(order);
      this.#report();
      send({ type: "answer", id, value }, order.type === "stop");
    } catch (error) {
      if (!(error instanceof KontikiError)) throw error;
      this.#report();
      send({ type: "refused", id, why: error.message }, order.type === "stop");
    }
  }

  async #obey(order: HostOrder): Promise<unknown> {
    const cluster = this.#cluster;
    if (cluster === undefined) throw new KontikiError(`the host of ${this.#node} is starting`);
    const [node, { faults }] = [this.#node, cluster];
    switch (order.type) {
      case "losePower":
        return faults.losePower(node, order.kept);
      case "crashAt":
        return faults.crashAt(node, order.point, order.kept);
      case "disturb":
        return faults.disturb(node, order.disturbance);
      case "transfer":
        return cluster.transfer(order.to, { timeoutMs: order.timeoutMs });
      case "snapshot":
        return cluster.node(node).snapshot({ timeoutMs: order.timeoutMs });
      case "compact":
        return cluster.node(node).compact();
      case "digest":
        return cluster.node(node).digest();
      case "stop":
        return cluster.stop();
      default:
        return order satisfies never;
    }
  }

  #onEvent(event: ClusterEvent): void {
    if ("node" in event && event.node === this.#node) this.#events.push(event);
    this.#reportSoon();
  }

  /** All that happens in one turn of the event loop is one report. */
  #reportSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#report();
    });
  }

  #report(): void {
    const cluster = this.#cluster;
    const report: HostReport = {
      events: this.#events,
      status: cluster?.status()[0],
      counts: cluster?.faults.counts(this.#node) ?? {},
      effects: cluster?.faults.effects(this.#node) ?? {},
    };
    this.#events = [];
    send({ type: "report", report });
  }
}

/** Sends a message; after the last one the process ends. */
function send(message: FromHost, isLast = false): void {
  if (process.connected)
    process.send?.(message, undefined, undefined, () => {
      if (isLast) process.exit();
    });
}

let host: Host | undefined;

process.on("disconnect", () => process.exit());
process.on("message", (message: ToHost) => {
  if (message.type === "order") return void host?.answer(message.id, message.order);
  host = new Host(message.node);
  host.start(message).catch((error: unknown) => {
    send({ type: "failed", why: messageOf(error) }, true);
  });
});
