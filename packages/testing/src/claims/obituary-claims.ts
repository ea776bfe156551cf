import { initialMembership, uidOf, type Membership, type NodeId, type State } from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";
import type { Report } from "./report.ts";
import type { Servers } from "./servers.ts";

type Obituary = CoreStep["event"] & { readonly type: "peerDown" };

/**
 * Checks what an obituary is for: no server waits for one that is known to be gone. A follower of it forgets its leader and
 * stands soon, if it may, and a leader sends again what a follower had not answered. The obituary of another server
 * changes nothing at a follower.
 */
export class ObituaryClaims {
  readonly #initial: Membership;
  readonly #servers: Servers;
  readonly #report: Report;

  /** @param voters the voters at the beginning. */
  constructor(voters: readonly NodeId[], servers: Servers, report: Report) {
    this.#initial = initialMembership(voters);
    this.#servers = servers;
    this.#report = report;
  }

  onStep(step: CoreStep): void {
    const { event, before } = step;
    if (event.type !== "peerDown") return;
    if (before.role.type === "follower") this.#follower(step, event);
    if (before.role.type === "leader") this.#leader(step, event);
  }

  #follower({ node, before, after, effects }: CoreStep, { node: gone }: Obituary): void {
    const had = leaderOf(before);
    const has = leaderOf(after);
    if (had !== gone) {
      if (has !== had) this.#says(`${node} forgets its leader ${had} because ${gone} is gone`);
      return;
    }
    if (has === gone) this.#says(`${node} still follows ${gone}, which is gone`);
    const isHastened = effects.some(({ type }) => type === "hastenElectionTimer");
    if (!isHastened && this.#mayStand(node, after))
      this.#says(`${node} may stand, but waits for ${gone}, which is gone`);
  }

  #leader({ node, after }: CoreStep, { node: gone }: Obituary): void {
    const progress = after.role.type === "leader" ? after.role.progress[gone] : undefined;
    if (progress?.type !== "replicate" || progress.inflight.length === 0) return;
    this.#says(`${node} waits for answers of ${gone}, which is gone`);
  }

  /** It surely may: as a voter by the latest membership, with its own disk and its whole log. */
  #mayStand(node: NodeId, { memberships, horizon }: State): boolean {
    const membership = memberships.at(-1)?.membership ?? this.#initial;
    const isVoter = [...membership.voters, ...membership.outgoing].includes(node);
    const uid = this.#servers.get(node)?.disk.uid;
    return isVoter && uid === uidOf(membership, node) && horizon === undefined;
  }

  #says(text: string): void {
    this.#report({ check: "obituaries", text });
  }
}

function leaderOf({ role }: State): NodeId | undefined {
  return role.type === "follower" ? role.leader : undefined;
}
