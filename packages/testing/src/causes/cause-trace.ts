import type { CoreStep, Happening } from "../engine/observer.ts";
import type { PlannedOperation } from "../plan/plan.ts";
import { facts, type Cause, type TracedEvent } from "./fact.ts";
import { faultOf, happeningCauses, type Answered } from "./happening-causes.ts";
import { NodeMemory } from "./node-memory.ts";
import { operationsOf, proposalKey, stepCauses } from "./step-causes.ts";

/** How an event is told. */
export type Told = Pick<TracedEvent, "at" | "line" | "isViolation">;

/** An operation that a client has begun. */
export type CalledAt = { readonly operation: PlannedOperation; readonly at: number };

type Standing = { readonly leads: number | undefined; readonly commit: number };

/**
 * Records which facts each event of a run made, and from which earlier facts. It takes steps and events in their order; an
 * exploration can give it its transitions as steps.
 */
export class CauseTrace {
  readonly #events: TracedEvent[] = [];
  readonly #calls: CalledAt[] = [];
  readonly #memories = new Map<string, NodeMemory>();
  readonly #standings = new Map<string, Standing>();
  /** Operations by their proposals, and their entries. */
  readonly #operations = new Map<string, number>();
  readonly #indexes = new Map<number, number>();
  #decided = 0;
  #mailFrom: string | undefined;

  /** All events that made a fact, in their order. */
  get events(): readonly TracedEvent[] {
    return this.#events;
  }

  /** All operations that began, in their order. */
  get calls(): readonly CalledAt[] {
    return this.#calls;
  }

  /** A node took a step. */
  step(step: CoreStep, told: Told): void {
    const { node, after, effects } = step;
    for (const effect of effects)
      if (effect.type === "appendLog")
        for (const entry of effect.entries)
          for (const operation of operationsOf(entry, this.#operations))
            this.#indexes.set(operation, entry.index);
    const memory = this.#memoryOf(node);
    const causes = stepCauses(step, {
      memory,
      decided: this.#decided,
      operations: this.#operations,
    });
    this.#decided = Math.max(this.#decided, after.commit);
    const leads = after.role.type === "leader" ? Number(after.term) : undefined;
    this.#standings.set(node, { leads, commit: after.commit });
    this.#add(node, causes, told);
  }

  /** Anything else happened. */
  happening(happening: Happening, told: Told): void {
    if (happening.type === "delivered") this.#mailFrom = happening.from;
    if (happening.type === "called") this.#called(happening, told.at);
    const node = "node" in happening ? happening.node : "";
    const answered = this.#answered(happening);
    if (happening.type === "returned" && answered.by !== undefined)
      this.#memoryOf(answered.by).answered.push(happening.operation.id);
    const causes = happeningCauses(happening, this.#memoryOf(node), answered);
    const fault = faultOf(happening);
    if (causes.length > 0 || fault !== undefined || told.isViolation)
      this.#add(node, causes, told, fault);
  }

  #called({ operation, proposal }: Happening & { readonly type: "called" }, at: number): void {
    this.#calls.push({ operation, at });
    if (proposal !== undefined) this.#operations.set(proposalKey(proposal), operation.id);
  }

  /** The mail that was delivered last is the one that ended the operation, if a node sent it. */
  #answered(happening: Happening): Answered {
    const by = this.#mailFrom;
    if (happening.type !== "returned" || happening.outcome.type === "unknown" || by === undefined)
      return { by: undefined, leads: undefined, commit: 0, index: undefined };
    const { leads, commit = 0 } = this.#standings.get(by) ?? {};
    return { by, leads, commit, index: this.#indexes.get(happening.operation.id) };
  }

  #add(node: string, causes: readonly Cause[], told: Told, fault?: TracedEvent["fault"]): void {
    const last = told.line === undefined || node === "" ? [] : [facts.told(node)];
    const all = [...causes, ...last.map((made): Cause => ({ made, needs: [] }))];
    this.#events.push({ ...told, node, causes: all, ...(fault && { fault }) });
  }

  #memoryOf(node: string): NodeMemory {
    const memory = this.#memories.get(node) ?? new NodeMemory();
    this.#memories.set(node, memory);
    return memory;
  }
}
