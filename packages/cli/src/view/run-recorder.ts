import type { NodeActor } from "@kontiki/actors/node";
import type { NodeId, State } from "@kontiki/core";
import {
  describeHappening,
  describeStart,
  describeStep,
  type CoreStep,
  type Happening,
  type Observer,
  type Simulation,
  type Violation,
} from "@kontiki/testing";
import { raftEventText } from "../render/raft-text.ts";
import { cellsOf, logChangeOf, NOTATION } from "./cells.ts";
import { Letters } from "./letters.ts";
import { patchBetween } from "./patch.ts";
import type { FaultMark, NodeChange, RecordedEvent } from "./recording.ts";
import { Surroundings } from "./surroundings.ts";

type OfType<T extends Happening["type"]> = Happening & { readonly type: T };
type Changes = Record<string, NodeChange>;
type Draft = Omit<RecordedEvent, "at" | "changes" | "cuts">;

/** Records a simulation for a page. It changes nothing in the run. */
export class RunRecorder implements Observer {
  readonly events: RecordedEvent[] = [];
  readonly #simulation: Simulation;
  readonly #surroundings: Surroundings;
  readonly #letters = new Letters();
  readonly #states = new Map<string, State>();
  readonly #actors = new Map<string, NodeActor>();
  readonly #applied = new Map<string, number>();
  #violations = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#surroundings = new Surroundings(simulation);
  }

  /** See {@link Observer}. */
  onStep(step: CoreStep): void {
    const { node, event, before, after, effects } = step;
    const state = patchBetween(before, after);
    const log = logChangeOf(effects);
    const isTimed = effects.some(
      ({ type }) => type === "resetElectionTimer" || type === "hastenElectionTimer",
    );
    this.#states.set(node, after);
    const told = describeStep(step);
    this.#add(
      { type: "step", node, text: told ?? raftEventText(event, NOTATION), ...quietIf(told) },
      { ...(state && { state }), ...(log && { log }), ...(isTimed && { timer: true }) },
    );
  }

  /** See {@link Observer}. */
  onHappening(happening: Happening): void {
    switch (happening.type) {
      case "published":
      case "synced":
        return;
      case "posted":
      case "delivered":
      case "lost":
        return this.#mail(happening);
      case "started":
        return this.#started(happening);
      case "ended":
      case "refused":
        return this.#ended(happening);
      case "applied":
        return this.#appliedAt(happening);
      case "faultBegan":
      case "faultEnded":
      case "faultSkipped":
        return this.#fault(happening);
      case "called":
      case "returned":
        return this.#add({ type: "client", node: "", text: textOf(happening) });
      case "damaged":
      case "restored":
      case "misbehaved":
        return this.#add({ type: "disk", node: happening.node, text: machineText(happening) });
      case "healed":
      case "settled":
        this.#surroundings.changed();
        return this.#add({ type: "phase", node: "", text: textOf(happening) });
      default:
        happening satisfies never;
    }
  }

  /** The events, with the violations that were found only when the run was over. */
  finish(violations: readonly Violation[]): readonly RecordedEvent[] {
    this.#tellLastApplied();
    this.#tellViolations(violations);
    return this.events;
  }

  #mail({ type, from, to, bytes, ...rest }: OfType<"posted" | "delivered" | "lost">): void {
    if (type === "posted") {
      const letter = this.#letters.sent(from, to, bytes);
      const text = `sends ${to} ${letter.text.replaceAll("\n", "; ")}`;
      return this.#add({ type: "sent", node: nodeOnly(from), text, letter, quiet: true });
    }
    const id = this.#letters.idOf(from, to, bytes);
    if (id === undefined) return;
    const lost = "reason" in rest ? rest.reason : undefined;
    this.#add({
      type: lost === undefined ? "received" : "lost",
      node: nodeOnly(lost === undefined ? to : from),
      text:
        lost === undefined
          ? `receives a letter from ${from}`
          : `its letter to ${to} is lost: ${lost}`,
      end: { letter: id, ...(lost !== undefined && { lost }) },
      quiet: true,
    });
  }

  #started({ node, recovered, actor }: OfType<"started">): void {
    const isFirst = this.#states.get(node) === undefined && recovered.hard.term === 0;
    const state = patchBetween(this.#states.get(node) ?? {}, actor.state);
    const { base, entries } = recovered;
    this.#states.set(node, actor.state);
    this.#actors.set(node, actor);
    this.#applied.set(node, actor.applied);
    this.#add(
      { type: "started", node, text: describeStart(recovered), ...(isFirst && { quiet: true }) },
      {
        ...(state && { state }),
        log: { base: [base.index, base.term], append: cellsOf(entries) },
        applied: actor.applied,
        life: "up",
        timer: true,
      },
    );
  }

  #ended(happening: OfType<"ended" | "refused">): void {
    const { type, node } = happening;
    this.#actors.delete(node);
    this.#add({ type, node, text: textOf(happening) }, { life: "down" });
  }

  #appliedAt({ node, index, result, threw }: OfType<"applied">): void {
    this.#applied.set(node, index);
    const text = `applies entry ${index}${threw === undefined ? "" : `, which fails: ${String(result)}`}`;
    this.#add({ type: "applied", node, text, quiet: true }, { applied: index });
  }

  #fault(happening: OfType<"faultBegan" | "faultEnded" | "faultSkipped">): void {
    const { id, type: name } = happening.fault;
    const nodes = happening.type === "faultBegan" ? happening.nodes : [];
    const text = describeHappening(happening);
    const fault: FaultMark = { id, name, phase: PHASES[happening.type], nodes };
    this.#surroundings.changed();
    this.#add({ type: "fault", node: "", text: text ?? `${name} ends`, fault, ...quietIf(text) });
  }

  #add(draft: Draft, change: NodeChange = {}): void {
    const { node } = draft;
    const { cuts, lives } = this.#surroundings.look();
    const changes: Changes = { ...lives };
    const applied = this.#newlyApplied(node);
    const own = { ...changes[node], ...change, ...(applied !== undefined && { applied }) };
    if (Object.keys(own).length > 0) changes[node] = own;
    this.events.push({
      at: this.#now(),
      ...draft,
      ...(cuts && { cuts }),
      ...(Object.keys(changes).length > 0 && { changes }),
    });
    this.#tellViolations(this.#simulation.violations);
  }

  /** No-ops and memberships are applied without an event. */
  #newlyApplied(node: string): number | undefined {
    const applied = this.#actors.get(node)?.applied;
    if (applied === undefined || applied === this.#applied.get(node)) return undefined;
    this.#applied.set(node, applied);
    return applied;
  }

  /** What was applied without an event after the last one of a node. */
  #tellLastApplied(): void {
    for (const [node, { applied }] of this.#actors)
      if (applied !== this.#applied.get(node as NodeId))
        this.#add({ type: "applied", node, text: `has applied up to ${applied}`, quiet: true });
  }

  #tellViolations(violations: readonly Violation[]): void {
    for (const { check, text } of violations.slice(this.#violations))
      this.events.push({ at: this.#now(), type: "violation", node: "", text: `${check}: ${text}` });
    this.#violations = violations.length;
  }

  #now(): number {
    return Math.round(this.#simulation.now * 1000) / 1000;
  }
}

const PHASES = { faultBegan: "began", faultEnded: "ended", faultSkipped: "skipped" } as const;

function quietIf(told: string | undefined): { readonly quiet?: true } {
  return told === undefined ? { quiet: true } : {};
}

function textOf(happening: Happening): string {
  return describeHappening(happening) ?? happening.type;
}

function machineText(happening: OfType<"damaged" | "restored" | "misbehaved">): string {
  if (happening.type === "misbehaved") return happening.what;
  return describeHappening(happening) ?? "restores its state machine from a snapshot";
}

/** The events of a letter of a client belong to no node. */
function nodeOnly(address: string): NodeId | "" {
  return address.includes("/") ? "" : (address as NodeId);
}
