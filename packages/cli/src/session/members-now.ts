import type { Members } from "@kontiki/actors";
import type { SessionCluster } from "./context.ts";

/** The members as the present leader knows them; undefined while none is known. It waits for none. */
export function membersNow(cluster: Pick<SessionCluster, "members">): Promise<Members | undefined> {
  return cluster.members({ timeoutMs: 0 }).catch(() => undefined);
}

/** Whether a node is a member; null while that is not known. */
export function isMemberOf(members: Members | undefined, node: string): boolean | null {
  return members === undefined ? null : members.members.some(({ id }) => id === node);
}
