import { isVoter, membershipOf, peersOf, type Env, type NodeId, type State } from "@kontiki/core";

/**
 * When this server stands for election after the end of `dead`, or when all servers have just started, as a part of the time
 * within which all others do: 0 for the first of them. All that have the same membership and term compute the same order, so
 * that they stand one after another and do not split the votes. In each term another server is the first.
 *
 * The order decides nothing but delays: one that cannot win is followed by the next.
 */
export function turnToStand(env: Env<unknown>, state: State, dead?: NodeId): number {
  const { id } = env.config;
  const membership = membershipOf(env, state);
  const voters = [id, ...peersOf(env, state)]
    .filter((node) => node !== dead && isVoter(membership, node))
    .sort();
  const { length } = voters;
  const place = voters.indexOf(id);
  // One without a vote stands last, if it may at all.
  return place < 0 ? 1 : ((place + state.term) % length) / length;
}
