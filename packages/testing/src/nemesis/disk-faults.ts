import type { NodeId } from "@kontiki/core";
import type { DiskFault } from "../scenario/fault.ts";
import type { FaultableDisk } from "../engine/fault-surfaces.ts";
import { allOf, nothing, type Begun, type Skipped, type Stage } from "./stage.ts";
import { swapDisks } from "./swap-disks.ts";
import { nodesOf } from "./targets.ts";

/** The most space that a full disk has left, in bytes: a write may fail after any part of it. */
const FREE_BYTES_MAX = 4096;

/** Begins a fault of the disks of some nodes. */
export function beginDiskFault(stage: Stage, fault: DiskFault): Begun | Skipped {
  const { target, chance } = stage;
  const nodes = nodesOf(fault.node, target, chance);
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
      return damage(stage, nodes, (disk) =>
        disk.rot(fault.what, chance) === undefined
          ? { skipped: `there is no ${fault.what} that may rot` }
          : nothing,
      );
    case "misdirect":
      return damage(stage, nodes, (disk) => disk.beginMisdirection());
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

/** Strikes each node that the atlas allows; when it allows none, the fault is skipped for the reason of the last one. */
function strike(
  stage: Stage,
  nodes: readonly NodeId[],
  act: (node: NodeId) => (() => void) | Skipped,
): Begun | Skipped {
  const struck: NodeId[] = [];
  const ends: (() => void)[] = [];
  let reason = "no node may be struck";
  for (const node of nodes) {
    const forbidden = reasonToSpare(stage, node);
    const done = forbidden === undefined ? act(node) : { skipped: forbidden };
    if ("skipped" in done) {
      if (struck.length === 0) reason = done.skipped;
      continue;
    }
    struck.push(node);
    ends.push(done);
  }
  return struck.length === 0 ? { skipped: reason } : { nodes: struck, end: allOf(ends) };
}

/** Why a node must not be struck. A node that does not run cannot report what its disk has promised. */
function reasonToSpare({ target, atlas }: Stage, node: NodeId): string | undefined {
  return target.isRunning(node) ? atlas.objectionToDamage(node) : `${node} does not run`;
}

/** Damages durable bytes. At the end each node restarts, so that it finds the damage. */
function damage(
  stage: Stage,
  nodes: readonly NodeId[],
  act: (disk: FaultableDisk) => (() => void) | Skipped,
): Begun | Skipped {
  const { target, atlas, heldNodes } = stage;
  return strike(stage, nodes, (node) => {
    const disk = target.disk(node);
    if (disk.isDamaged || !target.isIntact(node)) return { skipped: `${node} is not whole` };
    const end = act(disk);
    if ("skipped" in end) return end;
    const noLongerExpected = atlas.expectDamage(node);
    return () => {
      end();
      if (disk.isDamaged) heldNodes.restart(node, "its disk is read again");
      noLongerExpected();
    };
  });
}

function wipe(stage: Stage, nodes: readonly NodeId[]): Begun | Skipped {
  const { target, over, announce } = stage;
  const begun = strike(stage, nodes, (node) => {
    announce([node]);
    target.wipe(node);
    return nothing;
  });
  over();
  return begun;
}
