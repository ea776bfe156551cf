import type { NodeId } from "@kontiki/core";
import type { ClockFault } from "../scenario/fault.ts";
import { allOf, nothing, type Begun, type Skipped, type Stage } from "./stage.ts";
import { nodesOf } from "./targets.ts";

/** Begins a fault of the clocks of some nodes. */
export function beginClockFault(stage: Stage, fault: ClockFault): Begun | Skipped {
  const { target, atlas } = stage;
  const nodes = nodesOf(fault.node, stage);
  if ("skipped" in nodes) return nodes;
  switch (fault.type) {
    case "drift":
      return drift(stage, nodes, fault.rate);
    case "step": {
      const forbidden = atlas.objectionToJump(fault.ms);
      if (forbidden !== undefined) return { skipped: forbidden };
      for (const node of nodes) target.clock(node).step(fault.ms);
      stage.over();
      return { nodes, end: nothing };
    }
    case "strobe":
      return strobe(stage, nodes, fault);
    default:
      return fault satisfies never;
  }
}

/** Of several nodes only those drift that are allowed to. */
function drift({ target, atlas }: Stage, nodes: readonly NodeId[], rate: number): Begun | Skipped {
  const drifting: NodeId[] = [];
  const ends: (() => void)[] = [];
  let reason = "no clock may drift";
  for (const node of nodes) {
    const forbidden = atlas.objectionToDrift(node, rate);
    if (forbidden !== undefined) {
      reason = forbidden;
      continue;
    }
    drifting.push(node);
    ends.push(target.clock(node).beginDrift(rate));
  }
  return drifting.length === 0 ? { skipped: reason } : { nodes: drifting, end: allOf(ends) };
}

/** The clocks jump forward and back in turn, and are as before in the end. */
function strobe(
  { target, atlas, after, counters }: Stage,
  nodes: readonly NodeId[],
  { ms, everyMs }: ClockFault & { readonly type: "strobe" },
): Begun | Skipped {
  const forbidden = atlas.objectionToJump(-Math.abs(ms));
  if (forbidden !== undefined) return { skipped: forbidden };
  const clocks = nodes.map((node) => target.clock(node));
  let jumpedMs = 0;
  const jump = (by: number): void => {
    for (const clock of clocks) clock.step(by);
    jumpedMs += by;
    counters.count("clock.jumps");
  };
  const next = (): void => {
    jump(jumpedMs === 0 ? ms : -jumpedMs);
    after(everyMs, next);
  };
  next();
  return {
    nodes,
    end: () => {
      if (jumpedMs !== 0) jump(-jumpedMs);
    },
  };
}
