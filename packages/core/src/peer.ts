import { uidOf } from "./membership.ts";
import type { NodeId } from "./ids.ts";
import { membershipOf } from "./in-force.ts";
import type { Env, State } from "./state.ts";

/** Another server, and which disk it has. See `Membership.uids`. */
export type Peer = {
  /** Its name. */
  readonly node: NodeId;
  /** Its disk. */
  readonly uid: number;
};

/** A server as the membership that counts knows it. */
export function peerOf<C>(env: Env<C>, state: State, node: NodeId): Peer {
  return { node, uid: uidOf(membershipOf(env, state), node) };
}
