import type { NodeId } from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";
import type { FaultMoment } from "../scenario/faults/moments.ts";

/** The node that a moment is about, if this step is such a moment; undefined otherwise. */
export function subjectOf(moment: FaultMoment, step: CoreStep): NodeId | undefined {
  return SUBJECTS[moment](step);
}

const SUBJECTS: Readonly<Record<FaultMoment, (step: CoreStep) => NodeId | undefined>> = {
  elected: ({ node, before, after }) =>
    after.role.type === "leader" && before.role.type !== "leader" ? node : undefined,
  proposed: (step) => (step.event.type === "propose" && appends(step) ? step.node : undefined),
  stands: ({ node, before, after }) =>
    after.role.type === "candidate" && after.term > before.term ? node : undefined,
  transfers: ({ before, after }) => {
    if (after.role.type !== "leader" || before.role.type !== "leader") return undefined;
    return before.role.transfer === undefined ? after.role.transfer?.target : undefined;
  },
  sends: ({ node, effects }) =>
    effects.some(({ type }) => type === "sendChunk") ? node : undefined,
  receives: ({ node, effects }) =>
    effects.some(({ type }) => type === "saveChunk") ? node : undefined,
  changes: (step) => {
    const { node, before, after } = step;
    if (after.role.type !== "leader" || before.memberships === after.memberships) return undefined;
    return appends(step) ? node : undefined;
  },
  cuts: ({ node, effects }) =>
    effects.some(({ type }) => type === "truncateLog") ? node : undefined,
  repairs: ({ node, after, effects }) =>
    after.horizon !== undefined &&
    effects.some((effect) => effect.type === "send" && effect.message.type === "fetchRequest")
      ? node
      : undefined,
};

function appends({ effects }: CoreStep): boolean {
  return effects.some(({ type }) => type === "appendLog");
}
