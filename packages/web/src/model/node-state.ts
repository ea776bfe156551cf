import type { PatchValue } from "@kontiki/cli/recording";
import { isFields, type NodeMoment } from "./moment.ts";

export type RoleName = "follower" | "preCandidate" | "candidate" | "leader";

/** What a page shows of a node's state at a glance. */
export type NodeSummary = {
  readonly role: RoleName;
  readonly term: number;
  readonly votedFor: string | undefined;
  /** The nodes that voted for it, while it is a candidate. */
  readonly votes: readonly string[];
  readonly leader: string | undefined;
  readonly commit: number;
  /** Undefined where it was not recorded. */
  readonly durable: number | undefined;
  /** The last entry in its newest snapshot; 0 for none. */
  readonly snapshot: number;
  /** The last entry that a damaged log is known to have had; 0 for a log that is not damaged. */
  readonly horizon: number;
};

const ROLES: readonly string[] = ["follower", "preCandidate", "candidate", "leader"];

/** Reads a node's state, which is JSON. */
export function summaryOf({ state }: NodeMoment): NodeSummary {
  const { role } = state;
  const roleType = textIn(role, "type");
  return {
    role: ROLES.includes(roleType ?? "") ? (roleType as RoleName) : "follower",
    term: numberIn(state, "term") ?? 0,
    votedFor: textIn(state, "votedFor"),
    votes: listIn(role, "votes"),
    leader: textIn(role, "leader"),
    commit: numberIn(state, "commit") ?? 0,
    durable: numberIn(state, "durable"),
    snapshot: numberIn(state["snapshot"], "index") ?? 0,
    horizon: numberIn(state["horizon"], "index") ?? 0,
  };
}

function fieldOf(value: PatchValue | undefined, key: string): PatchValue | undefined {
  return isFields(value) ? value[key] : undefined;
}

function numberIn(value: PatchValue | undefined, key: string): number | undefined {
  const field = fieldOf(value, key);
  return typeof field === "number" ? field : undefined;
}

function textIn(value: PatchValue | undefined, key: string): string | undefined {
  const field = fieldOf(value, key);
  return typeof field === "string" ? field : undefined;
}

function listIn(value: PatchValue | undefined, key: string): readonly string[] {
  const field = fieldOf(value, key);
  return Array.isArray(field) ? field.filter((one) => typeof one === "string") : [];
}
