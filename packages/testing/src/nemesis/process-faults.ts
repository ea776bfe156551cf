import type { NodeId } from "@kontiki/core";
import type { ProcessFault } from "../scenario/fault.ts";
import { allOf, type Begun, type Skipped, type Stage } from "./stage.ts";
import { nodesOf } from "./targets.ts";

/** How often to check whether a node has reached its crash point, and for how long at most, in ms. */
const LOOK_MS = 5;
const POINT_MS = 5_000;

/** Begins a fault of the processes of some nodes. */
export function beginProcessFault(stage: Stage, fault: ProcessFault): Begun | Skipped {
  const { target, heldNodes } = stage;
  if (fault.type === "crashAll") return crashAll(stage, fault);
  const found = nodesOf(fault.node, stage);
  if ("skipped" in found) return found;
  const nodes = found.filter((node) => target.isRunning(node));
  if (nodes.length === 0) return { skipped: `${found.join(", ")} does not run` };
  switch (fault.type) {
    case "crash":
      return fault.point === undefined ? crash(stage, nodes, fault) : crashAt(stage, nodes, fault);
    case "crashLoop":
      return crashLoop(stage, nodes, fault);
    case "stop":
      return takeDown(stage, nodes, fault.downMs, (node) => target.stop(node));
    case "pause":
      return { nodes, end: allOf(nodes.map((node) => heldNodes.pause(node))) };
    default:
      return fault satisfies never;
  }
}

/** Takes nodes down now, and starts them again after `downMs`. */
function takeDown(
  { target, heldNodes, counters, announce, after, over }: Stage,
  nodes: readonly NodeId[],
  downMs: number,
  act: (node: NodeId) => void,
): Begun {
  announce(nodes);
  const leader = target.leader();
  if (leader !== undefined && nodes.includes(leader)) counters.count("fell.leader");
  const releases = nodes.map((node) => heldNodes.down(node));
  for (const node of nodes) act(node);
  after(downMs, over);
  return { nodes, end: allOf(releases) };
}

function crash(
  stage: Stage,
  nodes: readonly NodeId[],
  { kept, downMs }: ProcessFault & { readonly type: "crash" },
): Begun {
  return takeDown(stage, nodes, downMs, (node) => stage.target.crash(node, "it crashes", kept));
}

function crashAll(
  stage: Stage,
  { kept, mail, downMs }: ProcessFault & { readonly type: "crashAll" },
): Begun {
  const { target } = stage;
  const begun = takeDown(stage, target.nodes, downMs, (node) =>
    target.crash(node, "all crash", kept),
  );
  if (!mail) target.network.forgetMail();
  return begun;
}

/** Crashes each node when it reaches a certain point. A node that does not reach it within 5 s is spared. */
function crashAt(
  { target, heldNodes, counters, announce, after, over }: Stage,
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
    const cancel = target.crashAt(node, point, kept);
    ends.push(cancel);
    const look = (waitedMs: number): void => {
      if (!target.isRunning(node)) {
        cancel();
        counters.count(`fell.${point}`);
        ends.push(heldNodes.down(node));
        after(downMs, done);
      } else if (waitedMs < POINT_MS) after(LOOK_MS, () => look(waitedMs + LOOK_MS));
      else done();
    };
    look(0);
  }
  return { nodes, end: allOf(ends) };
}

/** Each node crashes, starts again after `downMs`, and crashes again when it has run for that long. */
function crashLoop(
  { target, heldNodes, counters, announce, after }: Stage,
  nodes: readonly NodeId[],
  { kept, downMs }: ProcessFault & { readonly type: "crashLoop" },
): Begun {
  announce(nodes);
  let releases: readonly (() => void)[] = [];
  const down = (): void => {
    counters.count("fell.again");
    releases = nodes.map((node) => heldNodes.down(node));
    for (const node of nodes) target.crash(node, "it crashes again and again", kept);
    after(downMs, up);
  };
  const up = (): void => {
    for (const release of releases) release();
    after(Math.max(1, downMs), down);
  };
  down();
  return {
    nodes,
    end: () => {
      for (const release of releases) release();
    },
  };
}
