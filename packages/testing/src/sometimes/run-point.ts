import type { NodeActor } from "@kontiki/actors/node";
import type { NodeId } from "@kontiki/core";
import type { CoreStep, Happening } from "../engine/observer.ts";
import type { Described } from "./point.ts";

/** What situations of a whole run may look at in a node. */
export type ActorView = Pick<NodeActor, "env" | "letters" | "timer" | "holdsLease">;

/** Follows one run, and reports the situations that it meets by their names. */
export interface RunWatch {
  /** The kinds of happenings that it listens to. */
  readonly hears: readonly Happening["type"][];
  onStep(step: CoreStep, actor: ActorView): void;
  onHappening(happening: Happening): void;
}

/** Situations for which one step is not enough: they need the turn, the disk, the mail or the clients. */
export type RunPoints = {
  readonly points: readonly Described[];
  /** Begins to follow a run. A situation that was met already may be reported again. */
  readonly watch: (meet: (name: string) => void) => RunWatch;
};

/** Names, each with its section and its sentence. */
export type Table<Name extends string> = Readonly<
  Record<Name, readonly [section: string | undefined, text: string]>
>;

/** The rows of a table. */
export function rowsOf(table: Table<string>): readonly Described[] {
  return Object.entries(table).map(([name, [section, text]]) => ({ name, section, text }));
}

/** One memory for each node. */
export class PerNode<M> {
  readonly #memories = new Map<NodeId, M>();
  readonly #make: () => M;

  constructor(make: () => M) {
    this.#make = make;
  }

  of(node: NodeId): M {
    let memory = this.#memories.get(node);
    if (memory === undefined) {
      memory = this.#make();
      this.#memories.set(node, memory);
    }
    return memory;
  }
}
