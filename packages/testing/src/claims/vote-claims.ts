import { atLeastAsUpToDate, type LogPosition, type Message } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import type { CoreStep } from "../engine/observer.ts";
import type { DiskWitness } from "./disk-witness.ts";
import type { Report } from "./report.ts";

type Request = Message<CommandBytes> & { readonly type: "requestVote" | "requestPreVote" };

/**
 * Checks each vote and each promise of one when it is given: the candidate's log is at least as up to date (§5.4.1,
 * dissertation 9.6), and the voter hears no other leader (dissertation 4.2.3), unless that leader asked the candidate to
 * stand (3.10).
 *
 * @param disk the disk of the voter.
 */
export function checkVotes(step: CoreStep, disk: DiskWitness, report: Report): void {
  const { node, event, before, effects } = step;
  if (event.type !== "message" || !isRequest(event.message)) return;
  const { from, message } = event;
  if (!effects.some((effect) => effect.type === "send" && isGrant(effect.message))) return;
  const what = message.type === "requestVote" ? "its vote" : "a promise of its vote";
  const says = (why: string): void =>
    report({
      check: "votes",
      text: `${node} gives ${from} ${what} of term ${message.term}, ${why}`,
    });
  const { last } = disk.log;
  const theirs = { index: message.lastIndex, term: message.lastTerm };
  if (!atLeastAsUpToDate(theirs, last as LogPosition))
    says(
      `whose log ends with entry ${theirs.index} of term ${theirs.term}, but has entry ${last.index} of term ${last.term}`,
    );
  const isAsked = message.type === "requestVote" && message.transfer;
  const heard = heardBy(step);
  if (!isAsked && heard !== undefined && heard !== from)
    says(`although it hears ${heard}, which leads term ${before.term}`);
}

/** The leader that a server hears; a leader hears itself. With leases, a newer term does not end that by itself. */
function heardBy({ node, before: { role } }: CoreStep): string | undefined {
  if (role.type === "leader") return node;
  return role.type === "follower" && role.heard ? role.leader : undefined;
}

function isRequest(message: Message<CommandBytes>): message is Request {
  return message.type === "requestVote" || message.type === "requestPreVote";
}

function isGrant(message: Message<CommandBytes>): boolean {
  return (message.type === "voteReply" || message.type === "preVoteReply") && message.granted;
}
