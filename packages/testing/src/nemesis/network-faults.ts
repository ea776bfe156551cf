import { isClientAddress } from "@kontiki/actors/node";
import { majority, type NodeId } from "@kontiki/core";
import type { Fault, NetworkFault, Target } from "../scenario/fault.ts";
import type { Concerns, LetterRule } from "../engine/letter-rule.ts";
import { bridge, cutsOf, halves, isolate, ring, type Shape } from "./shapes.ts";
import type { Begun, Skipped, Stage } from "./stage.ts";
import { swizzle } from "./swizzle.ts";
import { nodesOf } from "./targets.ts";

/** Begins a fault of the network. */
export function beginNetworkFault(stage: Stage, fault: NetworkFault): Begun | Skipped {
  const { network } = stage.target;
  switch (fault.type) {
    case "partition":
      return partition(stage, fault);
    case "oneWay":
      return oneWay(stage, fault);
    case "delay":
      return lettersOf(stage, fault, (concerns) => {
        const tail = fault.tail ?? false;
        return network.beginDelay({ ...rule(stage, concerns), ms: fault.ms, tail });
      });
    case "loss":
      return lettersOf(stage, fault, (concerns) =>
        network.beginLoss({ ...rule(stage, concerns), share: fault.share }),
      );
    case "duplicate":
      return copies(stage, fault, fault, (rules) => network.beginDuplication(rules));
    case "reorder":
      return copies(stage, fault, fault, (rules) => network.beginReorder(rules));
    case "replay":
      return replay(stage, fault);
    case "clog":
      return lettersOf(stage, fault, (concerns) => network.beginClog(concerns));
    case "swizzle":
      return swizzle(stage);
    case "bandwidth":
      return { nodes: stage.target.nodes, end: network.beginBandwidth(fault.bytesPerMs) };
    default:
      return fault satisfies never;
  }
}

function rule({ chance }: Stage, concerns: Concerns): LetterRule {
  return { concerns, share: 1, ms: [0, 0], tail: false, chance: chance.fork("letters") };
}

function copies(
  stage: Stage,
  { share, ms }: NetworkFault & { readonly type: "duplicate" | "reorder" | "replay" },
  letters: Letters,
  begin: (rule: LetterRule) => () => void,
): Begun | Skipped {
  return lettersOf(stage, letters, (concerns) => begin({ ...rule(stage, concerns), share, ms }));
}

/** Of several nodes each has its own memory of old letters. */
function replay(stage: Stage, fault: NetworkFault & { readonly type: "replay" }): Begun | Skipped {
  const { network } = stage.target;
  if (fault.node === undefined)
    return copies(stage, fault, {}, (rules) => network.beginReplay(rules));
  const nodes = nodesOf(fault.node, stage);
  if ("skipped" in nodes) return nodes;
  const { share, ms } = fault;
  const ends = nodes.map((node) =>
    network.beginReplay(
      { ...rule(stage, (from, to) => from === node || to === node), share, ms },
      node,
    ),
  );
  return { nodes, end: () => ends.forEach((end) => end()) };
}

/** Whether a run must remember mail from the beginning on, because a fault delivers some of it again. */
export function remembersMail(faults: readonly Fault[]): boolean {
  return faults.some(({ type, ...fields }) => type === "replay" && "node" in fields);
}

/** Which letters a fault strikes: those from and to some nodes, those of one direction, or all. */
type Letters = {
  readonly node?: Target;
  readonly from?: Target;
  readonly to?: Target;
};

/** Begins a fault that strikes these letters. */
function lettersOf(
  stage: Stage,
  { node: wanted, from, to }: Letters,
  begin: (concerns: Concerns) => () => void,
): Begun | Skipped {
  const { target } = stage;
  if (from !== undefined || to !== undefined) {
    const ends = endsOf(stage, from, to);
    return "skipped" in ends ? ends : { nodes: ends.nodes, end: begin(ends.concerns) };
  }
  if (wanted === undefined) return { nodes: target.nodes, end: begin(() => true) };
  const nodes = nodesOf(wanted, stage);
  if ("skipped" in nodes) return nodes;
  const struck = new Set<string>(nodes);
  return { nodes, end: begin((from, to) => struck.has(from) || struck.has(to)) };
}

function oneWay(
  stage: Stage,
  { from, to }: NetworkFault & { readonly type: "oneWay" },
): Begun | Skipped {
  if (from === undefined && to === undefined)
    return { skipped: "it says neither from whom nor to whom" };
  const ends = endsOf(stage, from, to);
  if ("skipped" in ends) return ends;
  return { nodes: ends.nodes, end: stage.target.network.beginCut("oneWay", ends.concerns) };
}

/** The letters from the one to the other; from or to all other nodes where one is left out. */
function endsOf(
  stage: Stage,
  from: Target | undefined,
  to: Target | undefined,
): { readonly nodes: readonly string[]; readonly concerns: Concerns } | Skipped {
  const addressesOf = (wanted: Target | undefined): readonly string[] | Skipped => {
    if (wanted === undefined) return [];
    return isClientAddress(wanted) ? [wanted] : nodesOf(wanted, stage);
  };
  const senders = addressesOf(from);
  if ("skipped" in senders) return senders;
  const receivers = addressesOf(to);
  if ("skipped" in receivers) return receivers;
  // When no address is named, all other nodes are meant.
  const isAmong = (named: readonly string[], address: string): boolean =>
    named.length === 0 ? !isClientAddress(address) : named.includes(address);
  const concerns: Concerns = (sender, receiver) =>
    sender !== receiver && isAmong(senders, sender) && isAmong(receivers, receiver);
  return { nodes: [...senders, ...receivers], concerns };
}

function partition(
  stage: Stage,
  fault: NetworkFault & { readonly type: "partition" },
): Begun | Skipped {
  const shape = shapeOf(stage, fault);
  if ("skipped" in shape) return shape;
  const { target } = stage;
  const named = new Set(shape.flat());
  // A node that is added later belongs to no side of a drawn shape; named groups cut it off.
  const isBound = (address: string): boolean =>
    named.has(address) || (fault.shape === "groups" && !isClientAddress(address));
  const cuts = cutsOf(shape, isBound);
  countLeader(stage, cuts);
  return { nodes: sides(shape, target.nodes), end: target.network.beginCut("partition", cuts) };
}

/** The smaller side of two, or all nodes for other shapes. */
function sides(shape: Shape, nodes: readonly NodeId[]): readonly string[] {
  return shape.length === 2 ? (shape[0] ?? nodes) : nodes;
}

function shapeOf(
  stage: Stage,
  fault: NetworkFault & { readonly type: "partition" },
): Shape | Skipped {
  const { target, chance } = stage;
  if (fault.shape === "groups") return fault.groups;
  const { nodes } = target;
  if (nodes.length < 2)
    return { skipped: `a partition needs two nodes, and there is only ${nodes.join()}` };
  if (fault.shape === "ring")
    return nodes.length < 4 ? { skipped: "a ring needs four nodes" } : ring(nodes, chance);
  const found = fault.node === undefined ? chance.shuffled(nodes) : nodesOf(fault.node, stage);
  if ("skipped" in found) return found;
  const [node] = found;
  if (node === undefined) return { skipped: "there is no node" };
  switch (fault.shape) {
    case "halves":
      return halves(nodes, node, chance);
    case "isolate":
      return isolate(nodes, node);
    case "bridge":
      return nodes.length < 3
        ? { skipped: "a bridge needs three nodes" }
        : bridge(nodes, node, chance);
    default:
      return fault.shape satisfies never;
  }
}

/** A partition that cuts a leader off from its majority tests something else than one that does not: both count. */
function countLeader({ target, counters }: Stage, cuts: Concerns): void {
  const leader = target.leader();
  if (leader === undefined) return;
  const { voters } = target.membership();
  const heard = voters.filter((voter) => !cuts(voter, leader) && !cuts(leader, voter));
  const hasMajority = voters.length > 0 && heard.length >= majority(voters.length);
  counters.count(hasMajority ? "partition.leaderInMajority" : "partition.leaderInMinority");
}
