import type { CommandBytes } from "@kontiki/actors/node";
import type { Message } from "@kontiki/core";
import { facts, type Fact } from "./fact.ts";

/** What a message from one node to another depends on, in the node that sent it. */
export function messageNeeds(
  from: string,
  to: string,
  message: Message<CommandBytes>,
): readonly Fact[] {
  switch (message.type) {
    case "requestVote":
    case "requestPreVote":
      return [facts.stand(from, message.term)];
    case "voteReply":
      return message.granted ? [facts.vote(from, message.term, to)] : [];
    case "appendEntries":
      return [
        facts.lead(from, message.term),
        ...message.entries.map(({ index }) => facts.log(from, index)),
      ];
    case "appendAccepted":
      return [facts.ack(from, to, message.match)];
    case "snapshotChunk":
      return [facts.lead(from, message.term), facts.snapshot(from, message.snapshot.index)];
    case "timeoutNow":
      return [facts.handOver(to)];
    case "readReply":
      return [facts.lead(from, message.term), facts.commit(from, message.index)];
    case "fetchReply":
      return message.answer.type === "entries"
        ? message.answer.entries.map(({ index }) => facts.log(from, index))
        : [];
    case "fetchedChunk":
      return [facts.snapshot(from, message.snapshot.index)];
    case "preVoteReply":
    case "appendRejected":
    case "chunkReply":
    case "readRequest":
    case "rejoin":
    case "fetchRequest":
    case "fetchChunk":
      return [];
    default:
      return message satisfies never;
  }
}
