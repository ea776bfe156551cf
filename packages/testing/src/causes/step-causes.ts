import { clientOf, eachCommand, type CommandBytes } from "@kontiki/actors/node";
import type { Effect, Entry, State } from "@kontiki/core";
import type { CoreStep, Proposal } from "../engine/observer.ts";
import { facts, type Cause, type Fact } from "./fact.ts";
import { messageNeeds } from "./message-needs.ts";
import { indexes, type NodeMemory } from "./node-memory.ts";

/** What the trace knows besides a step. */
export type Known = {
  readonly memory: NodeMemory;
  /** The last entry that any node has reported as committed. */
  readonly decided: number;
  /** The operation of a proposal, by {@link proposalKey}. */
  readonly operations: ReadonlyMap<string, number>;
};

/** The facts that a step of a core makes, each with what it depends on. It changes `known.memory`. */
export function stepCauses(step: CoreStep, known: Known): readonly Cause[] {
  const made = [
    heardCause(step),
    ...roleCauses(step),
    ...step.effects.flatMap((effect) => effectCauses(step, effect, known)),
    ...commitCauses(step, known),
  ];
  known.memory.commit = step.after.commit;
  const run = facts.run(step.node);
  return made.map((cause) => ({ ...cause, needs: [...cause.needs, run] }));
}

/** Made by every step, and needed by no other: what the step itself depends on when a check fails at it. */
function heardCause({ node, event }: CoreStep): Cause {
  const needs = event.type === "message" ? messageNeeds(event.from, node, event.message) : [];
  return { made: `step ${node}`, needs };
}

function roleCauses({ node, event, before, after }: CoreStep): readonly Cause[] {
  const { role, term } = after;
  const isNew = role.type !== before.role.type || term !== before.term;
  if (!isNew) return followCauses(node, before, after);
  const asked = event.type === "message" && event.message.type === "timeoutNow";
  const stand: Cause = {
    made: facts.stand(node, term),
    needs: asked ? [facts.handOver(node)] : [],
  };
  const stands: Cause = { made: facts.role(node), needs: [facts.stand(node, term)] };
  if (role.type === "candidate") return [stand, stands];
  if (role.type !== "leader") return followCauses(node, before, after);
  const early = before.role.type === "candidate" && before.term === term ? [] : [stand];
  const voters = votersOf(event, before).filter((voter) => voter !== node);
  const votes = voters.map((voter) => facts.vote(voter, term, node));
  const needs = [facts.stand(node, term), ...votes, ...membershipNeeds(node, before)];
  const leads: Cause = { made: facts.role(node), needs: [facts.lead(node, term)] };
  return [...early, { made: facts.lead(node, term), needs }, leads];
}

/** Which leader a node follows, or that it follows none any more. */
function followCauses(node: string, before: State, after: State): readonly Cause[] {
  const [had, has] = [before, after].map(({ role }) =>
    role.type === "follower" ? (role.leader ?? "no leader") : role.type,
  );
  if (had === has && before.term === after.term) return [];
  const { role, term } = after;
  const leader = role.type === "follower" ? role.leader : undefined;
  const needs = leader === undefined ? [] : [facts.lead(leader, term)];
  return [{ made: facts.role(node), needs }];
}

function votersOf(event: CoreStep["event"], { role }: State): readonly string[] {
  const counted = role.type === "candidate" ? role.votes : [];
  return event.type === "message" ? [...counted, event.from] : counted;
}

/** The membership that a decision is made by is the last one in the log of the node. */
function membershipNeeds(node: string, { memberships }: State): readonly Fact[] {
  const last = memberships.at(-1)?.index ?? 0;
  return last === 0 ? [] : [facts.log(node, last)];
}

function effectCauses(
  step: CoreStep,
  effect: Effect<CommandBytes>,
  known: Known,
): readonly Cause[] {
  const { node, event } = step;
  const removed = known.memory.apply(effect);
  const sender = event.type === "message" ? messageNeeds(event.from, node, event.message) : [];
  const gone = removed.flatMap((index) => [
    { made: facts.log(node, index), needs: sender },
    { made: facts.lost(node, index), needs: [...sender, facts.log(node, index)] },
  ]);
  switch (effect.type) {
    case "appendLog":
      return effect.entries.map((entry) => ({
        made: facts.log(node, entry.index),
        needs: entryNeeds(step, entry, known),
      }));
    case "installSnapshot":
      return [...gone, ...installCauses(step, effect.snapshot.index)];
    case "send":
      return sendCauses(step, effect, known);
    default:
      return gone;
  }
}

function entryNeeds(
  { node, event, after }: CoreStep,
  entry: Entry<CommandBytes>,
  { operations }: Known,
): readonly Fact[] {
  if (event.type === "message" && event.message.type !== "voteReply") {
    const isOfLeader = event.message.type === "appendEntries";
    const lead = isOfLeader ? [facts.lead(event.from, event.message.term)] : [];
    return [...lead, facts.log(event.from, entry.index)];
  }
  const called = operationsOf(entry, operations).map((operation) => facts.call(operation));
  return [facts.lead(node, after.term), ...called];
}

/** The numbers of the operations that an entry holds. */
export function operationsOf(
  entry: Entry<CommandBytes>,
  operations: ReadonlyMap<string, number>,
): readonly number[] {
  if (entry.type !== "command") return [];
  return eachCommand(entry.command).flatMap(
    ({ client, sequence }) =>
      operations.get(proposalKey({ client: clientOf(client), sequence })) ?? [],
  );
}

/** A proposal as a key. */
export function proposalKey({ client, sequence }: Proposal): string {
  return `${client}/${sequence}`;
}

/** The snapshot came from the leader that the node follows. */
function installCauses({ node, before }: CoreStep, index: number): readonly Cause[] {
  const leader = before.role.type === "follower" ? before.role.leader : undefined;
  const needs =
    leader === undefined ? [] : [facts.snapshot(leader, index), facts.lead(leader, before.term)];
  const installed = facts.snapshot(node, index);
  return [
    { made: installed, needs },
    { made: facts.log(node, index), needs },
  ];
}

function sendCauses(
  { node, after }: CoreStep,
  { to, message }: Effect<CommandBytes> & { readonly type: "send" },
  { memory }: Known,
): readonly Cause[] {
  switch (message.type) {
    case "voteReply":
      return [
        {
          made: message.granted
            ? facts.vote(node, after.term, to)
            : facts.refuse(node, after.term, to),
          needs: [facts.stand(to, after.term)],
        },
      ];
    case "appendAccepted":
      return memory.promises(to, after.term, message.match).map((index) => ({
        made: facts.ack(node, to, index),
        needs: [facts.log(node, index)],
      }));
    case "timeoutNow":
      return [{ made: facts.handOver(to), needs: [facts.lead(node, after.term)] }];
    default:
      return [];
  }
}

function commitCauses(step: CoreStep, { decided, memory }: Known): readonly Cause[] {
  const { node, event, before, after } = step;
  const taken = event.type === "snapshotTaken" ? event.snapshot.index : undefined;
  if (taken !== undefined) memory.snapshot = taken;
  const snapshots =
    taken === undefined
      ? []
      : [{ made: facts.snapshot(node, taken), needs: [facts.commit(node, taken)] }];
  const committed = indexes(before.commit, after.commit).flatMap((index) => {
    const needs = commitNeeds(step, index, memory);
    const first = index > decided ? [{ made: facts.decided(index), needs }] : [];
    return [{ made: facts.commit(node, index), needs }, ...first];
  });
  return [...snapshots, ...committed];
}

function commitNeeds(
  { node, event, after }: CoreStep,
  index: number,
  memory: NodeMemory,
): readonly Fact[] {
  const { role } = after;
  if (role.type === "leader") {
    const promised = Object.entries(role.progress).filter(([, { match }]) => match >= index);
    return [
      facts.lead(node, after.term),
      facts.log(node, index),
      ...promised.map(([voter]) => facts.ack(voter, node, index)),
      ...membershipNeeds(node, after),
    ];
  }
  if (event.type !== "message") return [facts.snapshot(node, memory.snapshot)];
  return [facts.commit(event.from, index), facts.log(node, index)];
}
