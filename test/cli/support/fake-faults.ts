import { KontikiError } from "@kontiki/actors";
import type { FaultDesk, FaultInForce } from "@kontiki/testing";
import { readFault } from "../../../packages/testing/src/scenario/read-fault.ts";

type Entry = FaultInForce & { readonly owner: object | undefined };

/** A ledger of faults that strike nothing. What is written is read as in a scenario. A crash is over at once. */
export class FakeFaults implements Pick<
  FaultDesk,
  "close" | "cuts" | "disown" | "heal" | "healOf" | "inForce" | "inject"
> {
  #entries: readonly Entry[] = [];
  #last = 0;

  get inForce(): readonly FaultInForce[] {
    return this.#entries.map(withoutOwner);
  }

  /** Of faults of one direction. */
  get cuts(): readonly string[] {
    return this.#entries.flatMap(({ fault }) =>
      fault.type === "oneWay" ? [`${fault.from ?? "*"}>${fault.to ?? "*"}`] : [],
    );
  }

  async inject(written: object, owner?: object): Promise<FaultInForce> {
    const fault = readFault({ at: 0, ...written }, []);
    if (!("type" in fault))
      throw new KontikiError(fault.map(({ path, text }) => `${path.join(".")} ${text}`).join("; "));
    this.#last += 1;
    const nodes = "node" in fault && fault.node !== undefined ? [fault.node] : [];
    const entry = { id: this.#last, fault, nodes, sinceMs: 0, owner };
    if (fault.type !== "crash") this.#entries = [...this.#entries, entry];
    return withoutOwner(entry);
  }

  async heal(isMeant: (fault: FaultInForce) => boolean): Promise<readonly FaultInForce[]> {
    const healed = this.#entries.filter(isMeant);
    this.#entries = this.#entries.filter((entry) => !healed.includes(entry));
    return healed.map(withoutOwner);
  }

  async healOf(owner: object): Promise<void> {
    this.#entries = this.#entries.filter((entry) => entry.owner !== owner);
  }

  disown(owner: object): void {
    this.#entries = this.#entries.map((entry) =>
      entry.owner === owner ? { ...entry, owner: undefined } : entry,
    );
  }

  async close(): Promise<void> {
    this.#entries = [];
  }
}

function withoutOwner({ id, fault, nodes, sinceMs }: Entry): FaultInForce {
  return { id, fault, nodes, sinceMs };
}
