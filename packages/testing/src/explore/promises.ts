import { endOfLog, type ExploredNode, type ExploredPacket } from "./explored-node.ts";

/** What a message promises although it is not on the disk of its sender (Figure 2, "persistent state"). */
export function brokenPromise(
  { to, from, message }: ExploredPacket,
  disk: ExploredNode["disk"],
): string | undefined {
  const { hard } = disk;
  // A request to rejoin repeats the term of the leader that it answers, and a pre-vote is about a term that has not begun.
  const claimsNothing = ["requestPreVote", "preVoteReply", "rejoin"].includes(message.type);
  if (!claimsNothing && message.term > hard.term)
    return `it claims term ${message.term}, which is not on its disk`;
  if (message.term < hard.term) return undefined;
  const voted = message.type === "requestVote" ? from : to;
  const isVote =
    message.type === "requestVote" || (message.type === "voteReply" && message.granted);
  if (isVote && hard.votedFor !== voted)
    return `the vote for ${voted} in term ${message.term} is not on its disk`;
  if (message.type === "appendAccepted" && message.match > endOfLog(disk))
    return `it acknowledges entry ${message.match}, which is not on its disk`;
  return undefined;
}
