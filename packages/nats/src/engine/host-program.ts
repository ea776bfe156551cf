/**
 * The program of one host of a cluster under test: its own supervisor and its node, as `kontiki up --host` starts them, and orders
 * from the engine by the channel between the two processes. It ends with that channel, so it never outlives the engine.
 *
 * @module
 */
import { Cluster, KontikiError, type ClusterEvent, type WaitOptions } from "@kontiki/actors";
import { messageOf } from "@kontiki/actors/node";
import type { FromHost, HostOrder, HostReport, ToHost } from "./host-protocol.ts";

/** A cluster with one node, or none yet, which reports what happens to it. */
class Host {
  readonly #node: string;
  #cluster: Cluster<unknown, unknown> | undefined;
  #events: ClusterEvent[] = [];
  #isDue = false;
  #counted: Pick<HostReport, "counts" | "effects"> = { counts: {}, effects: {} };
  /** Aborts the changes that are waited for. */
  #changes = new AbortController();

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
      case "add":
        return cluster.addNode(node, {
          as: order.as,
          replaces: order.replaces,
          ...this.#within(order),
        });
      case "change":
        return cluster.changeMembers(order.change, this.#within(order));
      case "wipe":
        return cluster.node(node).wipe(this.#within(order));
      case "abort":
        this.#changes.abort(new KontikiError("it is no longer waited for"));
        this.#changes = new AbortController();
        return undefined;
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

  #within({ timeoutMs }: { readonly timeoutMs: number }): WaitOptions {
    return { timeoutMs, signal: this.#changes.signal };
  }

  /** Of memberships the engine's own client learns from all hosts. */
  #onEvent(event: ClusterEvent): void {
    const isOwn = "node" in event && event.node === this.#node && event.type !== "membership";
    if (isOwn) this.#events.push(event);
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
    const [cluster, node] = [this.#cluster, this.#node];
    const status = cluster?.status()[0];
    if (cluster !== undefined && status !== undefined) {
      const { faults } = cluster;
      this.#counted = { counts: faults.counts(node), effects: faults.effects(node) };
    }
    const report: HostReport = { events: this.#events, status, ...this.#counted };
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
