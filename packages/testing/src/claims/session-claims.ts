import type { Entry, Index, NodeId } from "@kontiki/core";
import {
  Applier,
  type CommandBytes,
  type MakeStateMachine,
  type NodeActor,
  type NodeLimits,
} from "@kontiki/actors/node";
import type { Committed } from "./committed.ts";
import type { Report } from "./report.ts";

/**
 * Checks that snapshots hold what makes retries safe (dissertation 6.3): a node that has restored one has the same sessions,
 * with the same results and in the same order, as one that has applied all entries up to there.
 *
 * A separate applier repeats the committed entries, and the digests of both are compared, bytes of the machine included.
 */
export class SessionClaims {
  readonly #make: MakeStateMachine;
  readonly #limits: NodeLimits["sessions"] | undefined;
  readonly #committed: Committed;
  readonly #report: Report;
  readonly #actors = new Map<NodeId, NodeActor>();
  readonly #restored = new Set<NodeId>();
  #applier: Applier | undefined;

  /** @param limits those of the nodes: they decide which commands are applied. */
  constructor(
    make: MakeStateMachine,
    limits: NodeLimits["sessions"] | undefined,
    committed: Committed,
    report: Report,
  ) {
    this.#make = make;
    this.#limits = limits;
    this.#committed = committed;
    this.#report = report;
  }

  /** A node has started. */
  started(node: NodeId, actor: NodeActor, isRestored: boolean): void {
    this.#actors.set(node, actor);
    this.#restored.delete(node);
    if (isRestored) this.#check(node, actor);
  }

  /** A running node's machine restores a snapshot; its sessions do right after that. */
  restored(node: NodeId): void {
    this.#restored.add(node);
  }

  /** A node takes a step: what it was restoring is restored. */
  stepped(node: NodeId): void {
    if (this.#restored.size === 0 || !this.#restored.delete(node)) return;
    const actor = this.#actors.get(node);
    if (actor !== undefined) this.#check(node, actor);
  }

  #check(node: NodeId, actor: NodeActor): void {
    const { applied, sha256 } = actor.digest();
    if (applied > this.#committed.lastIndex) return;
    if (this.#digestAt(applied) === sha256) return;
    this.#report({
      check: "snapshots equal replay",
      text: `${node} restores a snapshot and has applied all up to entry ${applied}, but its state and its clients' sessions are not what the entries up to there give`,
    });
  }

  #digestAt(index: Index): string {
    if (this.#applier === undefined || this.#applier.applied > index)
      this.#applier = new Applier(this.#make(), this.#limits);
    this.#applier.apply({ slice: this.#slice }, index, Infinity, undefined);
    return this.#applier.digest();
  }

  readonly #slice = (from: Index, to: Index): readonly Entry<CommandBytes>[] => {
    const places = Array.from({ length: to - from + 1 }, (_none, at) => from + at);
    return places.flatMap((place) => this.#committed.at(place)?.entry ?? []);
  };
}
