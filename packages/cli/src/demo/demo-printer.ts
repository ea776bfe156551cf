import type { NodeStatus, RaftStatus } from "@kontiki/actors";
import type { ProgramCluster } from "../launch/cluster.ts";
import type { Host } from "../host/host.ts";
import { colorsFor } from "../output/colors.ts";
import { demoJson } from "./demo-json.ts";
import { demoText } from "./demo-text.ts";
import type { DemoLine } from "./demo-line.ts";

/** Prints the lines of a demo as they come, with the time since the printer was made. */
export class DemoPrinter {
  readonly #host: Pick<Host, "stdout" | "env">;
  readonly #json: boolean;
  readonly #begin = performance.now();
  /** Each node's latest report since its thread started. */
  readonly #before = new Map<string, RaftStatus>();
  #nodeIds: readonly string[] = [];
  #elections = 0;
  #afterBlank = false;

  constructor(host: Pick<Host, "stdout" | "env">, json: boolean) {
    this.#host = host;
    this.#json = json;
  }

  /** Elected leaders so far. */
  get elections(): number {
    return this.#elections;
  }

  /** Prints the states of all nodes, and from now on every event until they have stopped. */
  listen(cluster: ProgramCluster): void {
    this.#nodeIds = cluster.nodeIds;
    for (const status of cluster.status()) this.#onStatus(status);
    cluster.events.on("status", (status) => this.#onStatus(status));
    cluster.events.on("event", (event) => {
      if (event.type === "started") this.#before.delete(event.node);
      this.print({ type: "event", event });
    });
  }

  /** Prints a line, unless the reader of the output is gone. */
  print(line: DemoLine): void {
    const { stdout, env } = this.#host;
    const ms = Math.round(performance.now() - this.#begin);
    const text = this.#json
      ? demoJson(line, ms)
      : demoText(line, ms, this.#nodeIds, colorsFor(stdout, env));
    if (text === undefined || stdout.destroyed) return;
    // One blank line between two parts of the narration, not two.
    stdout.write(this.#afterBlank ? text.replace(/^\n/, "") : text);
    this.#afterBlank = text.endsWith("\n\n");
  }

  #onStatus({ id, raft }: NodeStatus): void {
    if (raft === undefined) return;
    const before = this.#before.get(id);
    if (raft.role === "leader" && before?.role !== "leader") this.#elections += 1;
    this.print({ type: "status", node: id, before, now: raft });
    this.#before.set(id, raft);
  }
}
