import { membersOf, type Index, type Lack, type Membership, type NodeId } from "@kontiki/core";
import type { Condition, LackedEntries, Life } from "../mail/status.ts";
import type { KnownMembership } from "./node-reports.ts";
import { newestMembership, quorumLoss, tooFew, type SupervisedNode } from "./quorum-loss.ts";

/** What a supervisor knows of a node while no node leads. */
export type LeaderlessNode = SupervisedNode & {
  readonly condition: Condition | undefined;
  /** The entries that its damaged log lacks. */
  readonly lacks: LackedEntries | undefined;
};

/** Why no node leads, and what can be done about it, each in one line without a full stop. */
export type NoLeader = { readonly why: string; readonly wayOut: string };

/**
 * Why no node leads; undefined if there is no known reason, so that an election may succeed at any time.
 *
 * @param last the last known membership, for when no node runs that has a newer one.
 * @param dataDir where the nodes' disks are; undefined if they are in memory.
 */
export function whyNoLeader(
  nodes: readonly LeaderlessNode[],
  last: KnownMembership,
  dataDir: string | undefined,
): NoLeader | undefined {
  const reported = nodes.flatMap(({ membership }) => membership ?? []);
  const membership = newestMembership(reported, last);
  const loss = quorumLoss(nodes, last) ?? tooFew(membership, nodes, stateOf);
  if (loss !== undefined) return { why: loss, wayOut: wayOutOfLoss(nodes, membership, dataDir) };
  return lostEntry(nodes, membership, dataDir);
}

/** What a node does instead of taking part; undefined for one that does. */
function stateOf({ id, life, condition }: LeaderlessNode): string | undefined {
  switch (life.type) {
    case "running":
      if (condition === "disk full") return `the disk of ${id} is full`;
      return condition === "disk failed" ? `the disk of ${id} has failed` : undefined;
    case "failed":
      return `${id} has failed`;
    case "restarting":
      return `${id} is restarting after a crash`;
    case "starting":
    case "stopped":
      return `${id} is ${life.type}`;
    default:
      return life satisfies never;
  }
}

function wayOutOfLoss(
  nodes: readonly LeaderlessNode[],
  membership: Membership,
  dataDir: string | undefined,
): string {
  const members = membersOf(membership);
  const named = (holds: (life: Life, node: LeaderlessNode) => boolean): string =>
    list(
      nodes
        .filter((node) => members.includes(node.id) && holds(node.life, node))
        .map(({ id }) => id),
    );
  const stopped = named(({ type }) => type === "stopped");
  if (stopped !== "") return `start ${stopped}`;
  const full = named((_, { condition }) => condition === "disk full");
  if (full !== "") return `free some space for ${full}, which then continues by itself`;
  const broken = named((_, { condition }) => condition === "disk failed");
  if (broken !== "") return `repair the disk of ${broken}, which then continues by itself`;
  if (named(({ type }) => type === "failed") === "") return "wait until they run";
  const recover =
    dataDir === undefined ? "" : `, or continue with what is left: kontiki recover ${dataDir}`;
  return `repair what made them fail and start them${recover}`;
}

/** An entry that a node lacks and that no other node gave it. */
function lostEntry(
  nodes: readonly LeaderlessNode[],
  membership: Membership,
  dataDir: string | undefined,
): NoLeader | undefined {
  const lacking = nodes.filter(({ lacks }) => lacks !== undefined);
  const at = Math.min(...lacking.map(({ lacks }) => lacks?.from ?? Infinity)) as Index;
  const asking = lacking.filter(({ lacks }) => lacks?.from === at);
  const [first] = asking;
  if (first === undefined) return undefined;
  const members = membersOf(membership);
  const answers = new Map<NodeId, Lack>();
  for (const { id, lacks } of asking) {
    for (const [node, lack] of Object.entries(lacks?.answers ?? {}))
      answers.set(node as NodeId, lack);
    answers.set(id, "damaged");
  }
  for (const { id } of asking) answers.set(id, "damaged");
  const silent = members.filter((node) => !answers.has(node) || isDown(nodes, node));
  const answered = (lack: Lack): readonly NodeId[] =>
    members.filter((node) => answers.get(node) === lack && !silent.includes(node));
  const damaged = answered("damaged");
  const parts = [
    `entry ${at} is damaged on ${list(damaged.length === 0 ? [first.id] : damaged)}`,
    ...phrase(answered("absent"), (names) => `is not on ${names}`),
    ...phrase(answered("unproven"), (names) => `may be another one on ${names}`),
  ];
  const rest =
    silent.length > 0
      ? `; ${silent.map((node) => silentText(nodes, node)).join(" and ")} and may have it`
      : members.length === 1
        ? ", and there is no other disk"
        : ", and no disk has it intact";
  return {
    why: `${parts.join(", ")}${rest}; it may have been committed`,
    wayOut: wayOutOfEntry(nodes, silent, members, dataDir),
  };
}

function wayOutOfEntry(
  nodes: readonly LeaderlessNode[],
  silent: readonly NodeId[],
  members: readonly NodeId[],
  dataDir: string | undefined,
): string {
  const stopped = silent.filter((node) => lifeOf(nodes, node) === "stopped");
  const start = stopped.length === 0 ? "" : `start ${list(stopped)}`;
  const waits = silent.some((node) => !isDown(nodes, node));
  if (dataDir === undefined) return start === "" ? "the disks in memory hold no more" : start;
  const [only] = members;
  const how =
    members.length === 1
      ? `continue with what is left: kontiki recover ${dataDir} --node ${only}`
      : `combine what is left: kontiki recover ${dataDir} --merge`;
  const stop = `${start === "" ? "" : `${start}, or `}stop, and ${how}`;
  return waits ? `wait for its answer, or ${stop}` : stop;
}

function silentText(nodes: readonly LeaderlessNode[], node: NodeId): string {
  const known = nodes.find(({ id }) => id === node);
  if (known === undefined) return `${node} is gone`;
  return stateOf(known) ?? `${node} has not answered`;
}

function lifeOf(nodes: readonly LeaderlessNode[], node: NodeId): Life["type"] | undefined {
  return nodes.find(({ id }) => id === node)?.life.type;
}

function isDown(nodes: readonly LeaderlessNode[], node: NodeId): boolean {
  const known = nodes.find(({ id }) => id === node);
  return known === undefined || stateOf(known) !== undefined;
}

function phrase(names: readonly NodeId[], text: (names: string) => string): readonly string[] {
  return names.length === 0 ? [] : [text(list(names))];
}

/** Names in a sentence: n1, n2 and n3. */
function list(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
