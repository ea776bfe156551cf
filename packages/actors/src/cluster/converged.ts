import { isMember, type Membership, type NodeId } from "@kontiki/core";
import { KontikiError, StateMachineError } from "../errors.ts";
import type { NodeStatus } from "../mail/status.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import { currentLeader, haveConverged } from "../threads/agreement.ts";
import { withoutDeparted } from "../threads/departed.ts";
import type { KnownMembership } from "../threads/node-reports.ts";
import { askNode, readDigest } from "./ask-node.ts";
import type { Deadline } from "./deadline.ts";
import type { MachineWatch } from "./machine-watch.ts";
import { askHostsForAll, HOST_MS } from "./other-hosts.ts";
import { asked, type NodeDigest } from "./state-comparison.ts";

/** How long to wait before nodes that did not all have the same state are compared again, in ms. */
const RETRY_MS = 10;

/** The same where hosts are asked. */
const HOSTS_RETRY_MS = 50;

/** How long a node may take to answer, in ms. */
const CALL_MS = 10_000;

/** The members that have converged and can be asked, and the last entry that all of them have applied. */
type Agreed = { readonly nodes: readonly NodeId[]; readonly last: number };

/** Waits until all members have applied the same whole log, and have the same state: see `Cluster.converged`. */
export async function untilConverged(
  supervisor: RemoteSupervisor,
  watch: MachineWatch,
  deadline: Deadline,
): Promise<void> {
  for (;;) {
    const agreed = supervisor.hasOtherHosts
      ? await agreedOverHosts(supervisor, watch, deadline)
      : await agreedHere(supervisor, watch, deadline);
    if (agreed !== undefined && (await haveSameState(supervisor, watch, deadline, agreed))) return;
    await deadline.pause(supervisor.hasOtherHosts ? HOSTS_RETRY_MS : RETRY_MS);
  }
}

/** Waits until the nodes of one process report that they have. */
async function agreedHere(
  supervisor: RemoteSupervisor,
  watch: MachineWatch,
  deadline: Deadline,
): Promise<Agreed> {
  return deadline.wait(supervisor.events, () => {
    const known = supervisor.whoLeads();
    watch.check();
    deadline.obstacle = supervisor.quorumLoss() ?? supervisor.whyNoLeader();
    const status = supervisor.children.map((child) => child.status());
    if (known === undefined || !haveConverged(status, known)) return undefined;
    const last = status.find(({ id }) => id === known.leader)?.raft?.last;
    return last === undefined ? undefined : { nodes: membersHere(supervisor, known), last };
  });
}

/** A node that is no member any more lags behind for ever, and has no say. */
function membersHere(
  supervisor: RemoteSupervisor,
  { membership }: { readonly membership: Membership },
): readonly NodeId[] {
  const here = asked(supervisor.children).map(({ id }) => id);
  return here.filter((id) => isMember(membership, id));
}

/** Asks all hosts whether their nodes have; undefined when they have not, or one of them is silent. */
async function agreedOverHosts(
  supervisor: RemoteSupervisor,
  watch: MachineWatch,
  deadline: Deadline,
): Promise<Agreed | undefined> {
  supervisor.checkRunning();
  watch.check();
  const all = await askHostsForAll(supervisor, Math.min(deadline.leftMs, HOST_MS));
  const hosts = all.map(({ host }) => host);
  const here = supervisor.children.map((child) => ({
    status: child.status(),
    membership: child.membership,
  }));
  const told = withoutDeparted(
    [...here, ...all.flatMap((each) => each.told)].map(({ status, membership }) => ({
      id: status.id,
      status,
      membership,
    })),
  );
  const nodes: readonly NodeStatus[] = told.map(({ status }) => status);
  const leader = currentLeader(nodes);
  const known = told.find(({ status }) => status.id === leader)?.membership;
  if (known === undefined) {
    deadline.obstacle = hosts.find(({ silent }) => silent !== undefined)?.silent ?? "no node leads";
    return undefined;
  }
  const untold = untoldMember(known, nodes);
  if (untold !== undefined) {
    const why = hosts.find(({ nodeIds }) => nodeIds.includes(untold))?.silent;
    deadline.obstacle = `${untold} tells nothing${why === undefined ? "" : `: ${why}`}`;
    return undefined;
  }
  deadline.obstacle = undefined;
  const last = nodes.find(({ id }) => id === leader)?.raft?.last;
  if (last === undefined || !haveConverged(nodes, known)) return undefined;
  const running = nodes.filter(({ id, life }) => {
    const isHere = supervisor.child(id) !== undefined;
    return isMember(known.membership, id) && life.type === "running" && !isHere;
  });
  const elsewhere = running.map(({ id }) => id);
  return { nodes: [...membersHere(supervisor, known), ...elsewhere], last };
}

/** A member of which no host has told. */
function untoldMember(
  { membership }: KnownMembership,
  nodes: readonly NodeStatus[],
): NodeId | undefined {
  const { voters, learners } = membership;
  return [...voters, ...learners].find((node) => !nodes.some(({ id }) => id === node));
}

/** Compares the states of the nodes that have converged. False when one of them cannot tell, as it has crashed since. */
async function haveSameState(
  supervisor: RemoteSupervisor,
  watch: MachineWatch,
  deadline: Deadline,
  { nodes, last }: Agreed,
): Promise<boolean> {
  try {
    const digests = await Promise.all(nodes.map(async (node) => digestOf(supervisor, node)));
    watch.compare(digests);
    return digests.every(({ applied }) => applied >= last);
  } catch (error) {
    if (error instanceof StateMachineError || !(error instanceof KontikiError)) throw error;
    deadline.obstacle = error.message;
    return false;
  }
}

async function digestOf(supervisor: RemoteSupervisor, node: NodeId): Promise<NodeDigest> {
  const answer = await askNode(supervisor, node, CALL_MS, {
    what: "digest",
    here: (control) => control.digest(),
    elsewhere: { type: "digest", node },
    read: readDigest,
  });
  if (answer.type !== "answer") throw new KontikiError(answer.why);
  return { node, ...answer.value };
}
