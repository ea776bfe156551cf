import { isJoint, membersOf, uidOf, type NodeId, type State } from "@kontiki/core";
import { plainDifference, type NodeActor } from "@kontiki/actors/node";
import { clientName } from "../run/client-name.ts";
import type { Happening } from "../engine/observer.ts";
import type { AppliedClaims } from "./applied-claims.ts";
import type { ClientRecord } from "./client-record.ts";
import type { Committed } from "./committed.ts";
import { plainText } from "../history/plain.ts";
import type { Report } from "./report.ts";
import type { Server, Servers } from "./servers.ts";

/** What the checks of liveness need. */
export type LivenessParts = {
  readonly servers: Servers;
  readonly committed: Committed;
  readonly applied: AppliedClaims;
  readonly record: ClientRecord;
  readonly report: Report;
  /** Whether there was a violation. */
  readonly isViolated: () => boolean;
};

/**
 * Checks that the cluster is live after all faults have ended: it has a leader, every operation has an answer, and all
 * members have applied the same sequence and have the same state, including sessions.
 */
export class LivenessClaims {
  readonly #parts: LivenessParts;
  readonly #actors = new Map<string, NodeActor>();
  readonly #reasons = new Map<string, string>();
  #phase: "faulty" | "healed" | "settled" = "faulty";

  constructor(parts: LivenessParts) {
    this.#parts = parts;
  }

  onHappening(happening: Happening): void {
    switch (happening.type) {
      case "started":
        this.#actors.set(happening.node, happening.actor);
        return;
      case "ended":
        this.#reasons.set(happening.node, happening.cause);
        return;
      case "refused":
        this.#reasons.set(happening.node, happening.reason);
        return;
      case "healed":
        this.#phase = "healed";
        return;
      case "settled":
        this.#phase = "settled";
        return this.#checkSettled();
      default:
        return;
    }
  }

  /** Runs at the end of the run. Returns why it does not show whether the cluster becomes live again, if it does not. */
  finish(): string | undefined {
    if (this.#phase === "faulty") return "the run ended before its faults did";
    if (this.#phase === "healed") this.#says("liveness", this.#lacking().join("; "));
    return undefined;
  }

  #checkSettled(): void {
    const { record, applied } = this.#parts;
    const behind = this.#members().filter(
      (node) => !this.#runs(node) || applied.position(node) < applied.lastIndex,
    );
    if (record.open.length > 0 || behind.length > 0)
      this.#says("liveness", `reported as settled: ${this.#lacking().join("; ")}`);
    else this.#checkDigests();
  }

  #checkDigests(): void {
    const digests = this.#digests();
    const [first] = digests;
    const other = digests.find(({ sha256 }) => sha256 !== first?.sha256);
    if (first === undefined || other === undefined) return;
    const pair = `${first.node} and ${other.node}`;
    const [one, two] = [first, other].map(({ node }) => this.#actors.get(node)?.machineState());
    const how = plainDifference(one, two) ?? "in their sessions";
    this.#says(
      "agreement",
      first.applied === other.applied
        ? `${pair} have applied the same entries, up to ${first.applied}, and their states differ; from the first to the second: ${how}`
        : `${pair} have applied all up to ${first.applied} and ${other.applied}, and their states differ`,
    );
  }

  /** Digests of all members; none when a state machine gave no state, which is reported separately. */
  #digests(): readonly ({ readonly node: NodeId } & Partial<ReturnType<NodeActor["digest"]>>)[] {
    try {
      return this.#members().map((node) => ({ node, ...this.#actors.get(node)?.digest() }));
    } catch (error) {
      if (!this.#parts.isViolated()) throw error;
      return [];
    }
  }

  #members(): readonly NodeId[] {
    const { committed } = this.#parts;
    return membersOf(committed.membershipAt(committed.lastIndex));
  }

  #runs(node: NodeId): boolean {
    const { committed, servers } = this.#parts;
    const uid = uidOf(committed.membershipAt(committed.lastIndex), node);
    return servers.get(node)?.disk.uid === uid;
  }

  /** The state of each node, the change of the membership in progress, and the operations without an answer. */
  #lacking(): string[] {
    const { committed, servers, record } = this.#parts;
    const nodes = this.#members().map((node) => this.#standing(node, servers.get(node)));
    const known = [`committed up to ${committed.lastIndex}`, ...nodes, ...this.#unfinished()];
    const [first, ...others] = record.open;
    if (first === undefined) return known;
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    const open = `operation ${first.id} of ${clientName(first)}, ${plainText(first.command)}${more}`;
    return [...known, `no answer: ${open}`];
  }

  #unfinished(): string[] {
    const { committed } = this.#parts;
    const membership = committed.membershipAt(committed.lastIndex);
    const promoted = membership.promotions.map(({ node }) => `${node} is not promoted`);
    return isJoint(membership) ? ["the joint membership is not left", ...promoted] : promoted;
  }

  #standing(node: NodeId, server: Server | undefined): string {
    if (server === undefined)
      return `${node} does not run: ${this.#reasons.get(node) ?? "it never started"}`;
    const { state, disk } = server;
    if (state === undefined) return `${node} has done nothing since it started`;
    const role =
      state.role.type === "follower"
        ? `follower of ${state.role.leader ?? "no leader"}`
        : state.role.type;
    const applied = this.#parts.applied.position(node);
    const owes = state.horizon === undefined ? "" : `, with a log to repair${lackText(state)}`;
    const wiped = this.#runs(node) ? "" : ", on a disk that is not a member";
    return `${node} ${role} in term ${state.term}, log ${disk.log.lastIndex}, commit ${state.commit}, applied ${applied}${owes}${wiped}`;
  }

  #says(check: string, text: string): void {
    this.#parts.report({ check, text });
  }
}

/** What a node that repairs its log waits for, and what the others answered. */
function lackText({ horizon, repair }: State): string {
  const answers = Object.entries(repair?.answers ?? {}).map(([node, why]) => `${node} ${why}`);
  return ` up to ${horizon?.index ?? 0}${answers.length === 0 ? "" : ` (${answers.join(", ")})`}`;
}
