import type { Happening } from "../engine/observer.ts";
import { facts, type Cause, type TracedFault } from "./fact.ts";
import type { NodeMemory } from "./node-memory.ts";

/** What a client's operation depends on once it is answered. */
export type Answered = {
  /** The node whose mail ended the operation; undefined when the client gave up. */
  readonly by: string | undefined;
  /** The term that this node leads; undefined when it does not. */
  readonly leads: number | undefined;
  /** What this node knows to be committed. */
  readonly commit: number;
  /** The entry of the operation; undefined for a read, and for a command that is in no log. */
  readonly index: number | undefined;
};

/** The facts that an event outside of the core makes. It changes `memory`, that of the node of the event. */
export function happeningCauses(
  happening: Happening,
  memory: NodeMemory,
  answered: Answered,
): readonly Cause[] {
  switch (happening.type) {
    case "started":
      return startCauses(happening, memory);
    case "ended":
    case "refused":
      return [{ made: facts.down(happening.node), needs: [] }];
    case "damaged":
      return [{ made: facts.damage(happening.node), needs: [] }];
    case "applied":
      return appliedCauses(happening, memory);
    case "restored":
      return restoreCauses(happening, memory);
    case "misbehaved": {
      const { node } = happening;
      // It may be in the middle of the next command.
      const next = facts.commit(node, memory.commit);
      // What it was asked may have changed it as well.
      const answers = memory.answered.map((id) => facts.answer(id));
      return [
        {
          made: `step ${node}`,
          needs: [facts.state(node, memory.applied), next, ...answers, facts.run(node)],
        },
      ];
    }
    case "called":
      return [{ made: facts.call(happening.operation.id), needs: [] }];
    case "returned":
      return [answerCause(happening.operation.id, answered)];
    case "healed":
      return [{ made: facts.healed(), needs: [] }];
    case "faultBegan":
    case "faultEnded":
    case "faultSkipped":
    case "settled":
    case "published":
    case "synced":
    case "posted":
    case "delivered":
    case "lost":
      return [];
    default:
      return happening satisfies never;
  }
}

function appliedCauses(
  { node, index }: Happening & { readonly type: "applied" },
  memory: NodeMemory,
): readonly Cause[] {
  const applied = facts.applied(node, index);
  const before = facts.state(node, memory.applied);
  memory.applied = index;
  const needs = [facts.commit(node, index), facts.log(node, index), facts.run(node)];
  return [
    { made: applied, needs },
    { made: facts.state(node, index), needs: [applied, before] },
  ];
}

/** A machine that only tries a snapshot out restores one that is older than its node's state. */
function restoreCauses(
  { node }: Happening & { readonly type: "restored" },
  memory: NodeMemory,
): readonly Cause[] {
  const needs = [facts.snapshot(node, memory.snapshot), facts.run(node)];
  if (memory.snapshot < memory.applied) return [{ made: `step ${node}`, needs }];
  memory.applied = memory.snapshot;
  return [{ made: facts.state(node, memory.snapshot), needs }];
}

/** What a node lost is known when it starts: its disk has it no more. */
function startCauses(
  { node, recovered }: Happening & { readonly type: "started" },
  memory: NodeMemory,
): readonly Cause[] {
  const needs = [facts.down(node), facts.damage(node)];
  const lost = memory.recovered(recovered);
  return [
    { made: facts.run(node), needs },
    ...lost.flatMap((index) => [
      { made: facts.log(node, index), needs },
      { made: facts.lost(node, index), needs: [...needs, facts.log(node, index)] },
    ]),
  ];
}

function answerCause(operation: number, { by, leads, commit, index }: Answered): Cause {
  const call = facts.call(operation);
  const made = facts.answer(operation);
  if (by === undefined) return { made, needs: [call] };
  const lead = leads === undefined ? [] : [facts.lead(by, leads)];
  return { made, needs: [call, ...lead, facts.commit(by, index ?? commit), facts.run(by)] };
}

/** Crashes and stops end with the start of the process, and the story has a line for that. */
const BRIEF = ["crash", "crashAll", "stop"];

/** The fault that begins or ends, if it lasts. */
export function faultOf(happening: Happening): TracedFault | undefined {
  if (happening.type !== "faultBegan" && happening.type !== "faultEnded") return undefined;
  const { id, type } = happening.fault;
  if (BRIEF.includes(type)) return undefined;
  return { id, nodes: happening.type === "faultBegan" ? happening.nodes : undefined };
}
