import type { NodeId } from "@kontiki/core";
import type { DiskFault } from "../scenario/fault.ts";
import type { FaultableDisk } from "../engine/fault-surfaces.ts";
import type { Loss, MayLose } from "../engine/loss.ts";
import { allOf, nothing, type Begun, type Skipped, type Stage } from "./stage.ts";
import { swapDisks } from "./swap-disks.ts";
import { nodesOf } from "./targets.ts";

/** The most space that a full disk has left, in bytes: a write may fail after any part of it. */
const FREE_BYTES_MAX = 4096;

/** Begins a fault of the disks of some nodes. */
export function beginDiskFault(stage: Stage, fault: DiskFault): Begun | Skipped {
  const { chance } = stage;
  const nodes = nodesOf(fault.node, stage);
  if ("skipped" in nodes) return nodes;
  switch (fault.type) {
    case "diskError":
      return troubles(stage, nodes, (disk) => disk.beginErrors(fault.operation));
    case "diskFull":
      return troubles(stage, nodes, (disk) =>
        disk.beginFullness(chance.between(0, FREE_BYTES_MAX)),
      );
    case "slowDisk":
      return troubles(stage, nodes, (disk) => disk.beginSlowness(fault.ms));
    case "stallDisk":
      return troubles(stage, nodes, (disk) => disk.beginStall());
    case "bitRot":
      return damage(stage, nodes, (disk, mayLose) =>
        disk.rot(fault.what, chance, mayLose) === undefined
          ? { skipped: `there is no ${fault.what} that may rot` }
          : nothing,
      );
    case "misdirect":
      return damage(stage, nodes, (disk, mayLose) => disk.beginMisdirection(mayLose));
    case "scatter":
      return scatter(stage, nodes, fault);
    case "wipe":
      return wipe(stage, nodes);
    case "swapDisks":
      return swapDisks(stage, nodes);
    default:
      return fault satisfies never;
  }
}

function troubles(
  { target }: Stage,
  nodes: readonly NodeId[],
  begin: (disk: FaultableDisk) => () => void,
): Begun {
  return { nodes, end: allOf(nodes.map((node) => begin(target.disk(node)))) };
}

/** Strikes each node for which that is possible; when it is for none, the fault is skipped for the reason of the last one. */
function strike(
  nodes: readonly NodeId[],
  act: (node: NodeId) => (() => void) | Skipped,
): Begun | Skipped {
  const struck: NodeId[] = [];
  const ends: (() => void)[] = [];
  let reason = "no node may be struck";
  for (const node of nodes) {
    const done = act(node);
    if ("skipped" in done) {
      if (struck.length === 0) reason = done.skipped;
      continue;
    }
    struck.push(node);
    ends.push(done);
  }
  return struck.length === 0 ? { skipped: reason } : { nodes: struck, end: allOf(ends) };
}

/**
 * Why the disk of a node must not be damaged. A node that does not run cannot report what its disk has promised. After a loss of
 * power the file `promise` may name less than the log has, until the node has read both.
 */
function reasonToSpare({ target, atlas }: Stage, node: NodeId): string | undefined {
  if (!target.hasReadDisk(node)) return `${node} does not run, or has not read its disk`;
  if (atlas.isSwapped(node)) return `${node} has the disk of another`;
  return target.disk(node).isDamaged ? `${node} has not read its disk again yet` : undefined;
}

/** Damages durable bytes where the atlas allows it. At the end each node restarts, so that it finds the damage. */
function damage(
  stage: Stage,
  nodes: readonly NodeId[],
  act: (disk: FaultableDisk, mayLose: MayLose) => (() => void) | Skipped,
): Begun | Skipped {
  const { target, atlas, heldNodes } = stage;
  return strike(nodes, (node) => {
    const spared = reasonToSpare(stage, node);
    if (spared !== undefined) return { skipped: spared };
    const disk = target.disk(node);
    let objection: string | undefined;
    const end = act(disk, (loss) => {
      objection = atlas.objectionToLoss(node, loss);
      return objection === undefined;
    });
    if ("skipped" in end) return { skipped: objection ?? end.skipped };
    const noLongerExpected = atlas.expectDamage(node);
    return () => {
      end();
      if (disk.isDamaged) heldNodes.restart(node, "its disk is read again");
      noLongerExpected();
    };
  });
}

/**
 * Damages several places of several disks at one moment, where the atlas allows it. Then all of these nodes restart, so that
 * none of them is intact when the others ask it.
 */
function scatter(
  stage: Stage,
  nodes: readonly NodeId[],
  { ranges, what = "log" }: DiskFault & { readonly type: "scatter" },
): Begun | Skipped {
  const { target, atlas, chance, heldNodes, over, announce } = stage;
  const begun = strike(chance.shuffled(nodes), (node) => {
    const spared = reasonToSpare(stage, node);
    if (spared !== undefined) return { skipped: spared };
    const mayLose = (loss: Loss): boolean => atlas.objectionToLoss(node, loss) === undefined;
    const count = target.disk(node).scatter(what, chance.between(1, ranges), chance, mayLose);
    return count === 0 ? { skipped: `${node} has nothing that may be damaged` } : nothing;
  });
  if ("skipped" in begun) return begun;
  const struck = target.nodes.filter((node) => begun.nodes.includes(node));
  announce(struck);
  for (const node of struck) heldNodes.restart(node, "its disk is read again");
  over();
  return { nodes: struck, end: nothing };
}

function wipe(stage: Stage, nodes: readonly NodeId[]): Begun | Skipped {
  const { target, atlas, over, announce } = stage;
  const begun = strike(nodes, (node) => {
    const objection = target.isRunning(node)
      ? atlas.objectionToDamage(node)
      : `${node} does not run`;
    if (objection !== undefined) return { skipped: objection };
    announce([node]);
    target.wipe(node);
    return nothing;
  });
  over();
  return begun;
}
