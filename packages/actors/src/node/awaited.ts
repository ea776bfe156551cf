import { isChanging, membershipOf, type Env, type State } from "@kontiki/core";

/**
 * Whether a server leads, and no acceptance of a follower would let it do anything before its next heartbeat: all entries
 * are committed and sent to all followers, and neither reads nor a transfer nor a change of members are under way. So with
 * three nodes, the second answer to an entry need not wake the leader, nor do answers to heartbeats: it reads them with the
 * next letter, and always before it judges by its timer whether a majority still answers.
 */
export function awaitsNoAnswer(env: Env<unknown>, state: State): boolean {
  const { role, commit } = state;
  const last = env.log.lastIndex;
  if (role.type !== "leader" || commit < last) return false;
  if (role.reads.length > 0 || role.transfer !== undefined || isChanging(state)) return false;
  if (membershipOf(env, state).learners.length > 0) return false;
  for (const node in role.progress) {
    const progress = role.progress[node as keyof typeof role.progress];
    if (progress?.type !== "replicate" || progress.next <= last) return false;
  }
  return true;
}
