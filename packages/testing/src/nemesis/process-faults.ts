import type { NodeId } from "@kontiki/core";
import type { ProcessFault } from "../scenario/fault.ts";
import { allOf, type Begun, type Skipped, type Stage } from "./stage.ts";
import { nodesOf } from "./targets.ts";

/** How often it is looked whether a node has come to the point at which it crashes, and how long at most, in ms. */
const LOOK_MS = 5;
const POINT_MS = 5_000;

/** Begins a fault of the processes of some nodes. */
export function beginProcessFault(stage: Stage, fault: ProcessFault): Begun | Skipped {
  const { target, chance, holds } = stage;
  if (fault.type === "crashAll") return crashAll(stage, fault);
  const found = nodesOf(fault.node, target, chance);
  if ("skipped" in found) return found;
  const nodes = found.filter((node) => target.isRunning(node));
  if (nodes.length === 0) return { skipped: `${found.join(", ")} does not run` };
  switch (fault.type) {
    case "crash":
      return fault.point === undefined ? crash(stage, nodes, fault) : crashAt(stage, nodes, fault);
    case "crashLoop":
      return crashLoop(stage, nodes, fault);
    case "stop":
      return fall(stage, nodes, fault.downMs, (node) => target.stop(node));
    case "pause":
      return { nodes, end: allOf(nodes.map((node) => holds.pause(node))) };
    default:
      return fault satisfies never;
  }
}

/** Nodes that go down now and start again after `downMs`. */
function fall(
  { target, holds, counters, announce, after, over }: Stage,
  nodes: readonly NodeId[],
  downMs: number,
  act: (node: NodeId) => void,
): Begun {
  announce(nodes);
  const leader = target.leader();
  if (leader !== undefined && nodes.includes(leader)) counters.count("fell.leader");
  const letGo = nodes.map((node) => holds.down(node));
  for (const node of nodes) act(node);
  after(downMs, over);
  return { nodes, end: allOf(letGo) };
}

function crash(
  stage: Stage,
  nodes: readonly NodeId[],
  { kept, downMs }: ProcessFault & { readonly type: "crash" },
): Begun {
  return fall(stage, nodes, downMs, (node) => stage.target.crash(node, "it crashes", kept));
}

function crashAll(
  stage: Stage,
  { kept, mail, downMs }: ProcessFault & { readonly type: "crashAll" },
): Begun {
  const { target } = stage;
  const begun = fall(stage, target.nodes, downMs, (node) => target.crash(node, "all crash", kept));
  if (!mail) target.network.forgetMail();
  return begun;
}

/** Crashes each node when it comes to a certain point. One that does not is left alone after a while. */
function crashAt(
  { target, holds, counters, announce, after, over }: Stage,
  nodes: readonly NodeId[],
  { point = "afterSave", kept, downMs }: ProcessFault & { readonly type: "crash" },
): Begun {
  announce(nodes);
  const ends: (() => void)[] = [];
  let left = nodes.length;
  const done = (): void => {
    left -= 1;
    if (left === 0) over();
  };
  for (const node of nodes) {
    const callOff = target.crashAt(node, point, kept);
    ends.push(callOff);
    const look = (waitedMs: number): void => {
      if (!target.isRunning(node)) {
        callOff();
        counters.count(`fell.${point}`);
        ends.push(holds.down(node));
        after(downMs, done);
      } else if (waitedMs < POINT_MS) after(LOOK_MS, () => look(waitedMs + LOOK_MS));
      else done();
    };
    look(0);
  }
  return { nodes, end: allOf(ends) };
}

/** Each node falls, starts again, and falls again as long after it has started as it was down. */
function crashLoop(
  { target, holds, counters, announce, after }: Stage,
  nodes: readonly NodeId[],
  { kept, downMs }: ProcessFault & { readonly type: "crashLoop" },
): Begun {
  announce(nodes);
  let letGo: readonly (() => void)[] = [];
  const down = (): void => {
    counters.count("fell.again");
    letGo = nodes.map((node) => holds.down(node));
    for (const node of nodes) target.crash(node, "it crashes again and again", kept);
    after(downMs, up);
  };
  const up = (): void => {
    for (const free of letGo) free();
    after(Math.max(1, downMs), down);
  };
  down();
  return {
    nodes,
    end: () => {
      for (const free of letGo) free();
    },
  };
}
