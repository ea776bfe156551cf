import type { NodeStatus, RaftStatus } from "@kontiki/actors";
import type { ProgramCluster } from "../launch/cluster.ts";
import type { Host } from "../host/host.ts";
import { colorsFor } from "../output/colors.ts";
import { demoJson } from "./demo-json.ts";
import { demoText } from "./demo-text.ts";
import type { DemoLine } from "./demo-line.ts";

/** Prints what happens, as it happens, with the time since the teller was made. */
export class Teller {
  readonly #host: Pick<Host, "stdout" | "env">;
  readonly #json: boolean;
  readonly #begin = performance.now();
  /** What each node said last, since its thread started. */
  readonly #before = new Map<string, RaftStatus>();
  #nodeIds: readonly string[] = [];
  #elections = 0;
  #afterBlank = false;

  constructor(host: Pick<Host, "stdout" | "env">, json: boolean) {
    this.#host = host;
    this.#json = json;
  }

  /** Leaders seen to be elected. */
  get elections(): number {
    return this.#elections;
  }

  /** Tells how all nodes are, and from now on whatever happens to them, to the end of their stopping. */
  listen(cluster: ProgramCluster): void {
    this.#nodeIds = cluster.nodeIds;
    for (const status of cluster.status()) this.#onStatus(status);
    cluster.events.on("status", (status) => this.#onStatus(status));
    cluster.events.on("event", (event) => {
      if (event.type === "started") this.#before.delete(event.node);
      this.tell({ type: "event", event });
    });
  }

  /** Prints a line, if there is still somebody who reads. */
  tell(line: DemoLine): void {
    const { stdout, env } = this.#host;
    const ms = Math.round(performance.now() - this.#begin);
    const text = this.#json
      ? demoJson(line, ms)
      : demoText(line, ms, this.#nodeIds, colorsFor(stdout, env));
    if (text === undefined || stdout.destroyed) return;
    // One blank line between two parts of the story, not two.
    stdout.write(this.#afterBlank ? text.replace(/^\n/, "") : text);
    this.#afterBlank = text.endsWith("\n\n");
  }

  #onStatus({ id, raft }: NodeStatus): void {
    if (raft === undefined) return;
    const before = this.#before.get(id);
    if (raft.role === "leader" && before?.role !== "leader") this.#elections += 1;
    this.tell({ type: "status", node: id, before, now: raft });
    this.#before.set(id, raft);
  }
}
