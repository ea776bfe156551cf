import type { NodeStatus, OtherHost } from "@kontiki/actors";
import { patchBetween } from "../view/patch.ts";
import type { NodeChange, NodeLife } from "../view/recording.ts";

/** What a page knows of a node. */
export type Known = {
  readonly life: NodeLife;
  readonly state: Readonly<Record<string, unknown>>;
  readonly applied: number;
  readonly role: string;
  readonly term: number;
  /** How it is, in a few words. */
  readonly text: string;
};

export const NOTHING: Known = {
  life: "down",
  state: {},
  applied: 0,
  role: "",
  term: 0,
  text: "",
};

/** What a status tells. */
export function knownOf({ life, raft, incarnation, restarts, condition }: NodeStatus): Known {
  const up = life.type === "running" ? "up" : "down";
  if (raft === undefined)
    return { ...NOTHING, life: up, state: { life: life.type }, text: life.type };
  const { role, term, leader, commit, last, applied, first, snapshot, votes } = raft;
  return {
    life: up,
    state: {
      term,
      commit,
      role: { type: role, leader },
      snapshot: snapshot === 0 ? undefined : { index: snapshot },
      log: { first, last },
      votes,
      incarnation,
      restarts,
      condition,
    },
    applied,
    role,
    term,
    text: `is ${role === "preCandidate" ? "in a pre-vote" : role} in term ${term}, commit ${commit}, log up to ${last}`,
  };
}

/** The nodes of another host, as it tells of them; if it does not answer, that nothing is known of them. */
export function knownOn({ host, nodeIds, nodes, silent }: OtherHost): ReadonlyMap<string, Known> {
  const told = nodes?.map((status): [string, Known] => {
    const known = knownOf(status);
    return [status.id, { ...known, state: { ...known.state, host } }];
  });
  const why = silent ?? "";
  const unknown = { ...NOTHING, life: "silent", state: { host, silent: why } } as const;
  return new Map(
    told ?? nodeIds.map((id) => [id, { ...unknown, text: `is not heard of: ${why}` }]),
  );
}

/** The change from nothing to this. */
export function changeTo({ life, state, applied }: Known): NodeChange {
  return { life, state: statePatch({}, { state }), applied };
}

export function statePatch(
  before: Known["state"],
  { state }: Pick<Known, "state">,
): NonNullable<NodeChange["state"]> {
  return patchBetween(before, state) ?? {};
}
