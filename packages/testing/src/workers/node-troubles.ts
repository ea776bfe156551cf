import type { ClusterFaults } from "@kontiki/actors";
import type { DiskOperation, Range } from "../scenario/fault.ts";
import { InForce } from "../simulation/in-force.ts";

const OPERATIONS = ["write", "sync", "read"] as const;

/** The faults of the disk and of the clock of one thread's node that are in force. They add up to one disturbance. */
export class NodeTroubles {
  readonly #faults: ClusterFaults;
  readonly #node: string;
  readonly #isThere: () => boolean;
  readonly #errors = new InForce<DiskOperation>();
  readonly #fullness = new InForce<number>();
  readonly #slowness = new InForce<Range>();
  readonly #stalls = new InForce<true>();
  readonly #rates = new InForce<number>();
  #jumpMs = 0;

  /** @param isThere whether the node is still one of the cluster: a fault may outlast it. */
  constructor(faults: ClusterFaults, node: string, isThere: () => boolean) {
    this.#faults = faults;
    this.#node = node;
    this.#isThere = isThere;
  }

  get clockRate(): number {
    return this.#rates.all.reduce((product, rate) => product * rate, 1);
  }

  beginErrors(operation: DiskOperation): () => void {
    return this.#begin(this.#errors, operation);
  }

  beginFullness(freeBytes: number): () => void {
    return this.#begin(this.#fullness, freeBytes);
  }

  beginSlowness(ms: Range): () => void {
    return this.#begin(this.#slowness, ms);
  }

  beginStall(): () => void {
    return this.#begin(this.#stalls, true);
  }

  beginDrift(rate: number): () => void {
    return this.#begin(this.#rates, rate);
  }

  step(ms: number): void {
    this.#jumpMs += ms;
    this.#apply();
  }

  #begin<T>(kind: InForce<T>, one: T): () => void {
    const end = kind.begin(one);
    this.#apply();
    return () => {
      end();
      this.#apply();
    };
  }

  #apply(): void {
    if (!this.#isThere()) return;
    const slow = this.#slowness.all;
    this.#faults.disturb(this.#node, {
      failing: OPERATIONS.filter((operation) =>
        this.#errors.all.some((failing) => failing === operation || failing === "any"),
      ),
      freeBytes: this.#fullness.all.at(-1),
      slowMs: [sum(slow.map(([least]) => least)), sum(slow.map(([, most]) => most))],
      isStalled: this.#stalls.all.length > 0,
      clockRate: this.clockRate,
      clockJumpMs: this.#jumpMs,
    });
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
