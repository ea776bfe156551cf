import type { ClusterEvent, RaftStatus } from "@kontiki/actors";
import { membershipText } from "../render/membership-text.ts";
import { plainText } from "../render/quoting.ts";
import type { ClientLine, Tally } from "./demo-line.ts";

/**
 * What a change of a node's Raft state means.
 *
 * It can tell only what the two states show: votes, for example, are not in them.
 */
export function statusPhrase(before: RaftStatus | undefined, now: RaftStatus): string {
  if (before === undefined) return startPhrase(now);
  const phrases = [...rolePhrases(before, now), ...logPhrases(before, now)];
  return phrases.length === 0 ? "continues" : phrases.join("; ");
}

function startPhrase({ last }: RaftStatus): string {
  return last === 0
    ? "starts as a follower, with an empty log"
    : `starts as a follower, with its log up to entry ${last}`;
}

function rolePhrases(before: RaftStatus, now: RaftStatus): string[] {
  if (now.role === "leader") {
    return before.role === "leader" ? [] : ["elected by a majority"];
  }
  if (now.role === "preCandidate" || now.role === "candidate") return campaignPhrases(before, now);
  const phrases: string[] = [];
  if (before.role === "leader") phrases.push("is no longer leader");
  if (now.leader !== undefined && (now.leader !== before.leader || now.term !== before.term)) {
    phrases.push(`follows ${now.leader}`);
  } else if (now.term !== before.term) {
    phrases.push("hears of an election");
  }
  return phrases;
}

/** A server asks first who would vote for it, then for votes (dissertation 9.6). */
function campaignPhrases(before: RaftStatus, now: RaftStatus): string[] {
  if (before.role === now.role && before.term === now.term) return [];
  const asks = now.role === "candidate" ? "asks for votes" : "asks who would vote for it";
  if (before.role === "follower") return [`hears from no leader: ${asks}`];
  return [before.role === "candidate" ? `not elected: ${asks}` : asks];
}

function logPhrases(before: RaftStatus, now: RaftStatus): string[] {
  const leads = now.role === "leader";
  const phrases: string[] = [];
  if (now.last < before.last) {
    phrases.push(`drops uncommitted ${entries(now.last, before.last)}`);
  }
  if (now.last > before.last) {
    phrases.push(`${leads ? "appends" : "writes"} ${entries(before.last, now.last)}`);
  }
  if (now.commit > before.commit) {
    const reached = entries(before.commit, now.commit);
    phrases.push(
      leads
        ? `a majority has ${reached}: committed`
        : `learns that ${reached} ${now.commit - before.commit === 1 ? "is" : "are"} committed`,
    );
  }
  if (now.applied > before.applied) phrases.push("applied");
  return phrases;
}

/** The entries after `from` up to `to`. */
function entries(from: number, to: number): string {
  return to - from === 1 ? `entry ${to}` : `entries ${from + 1} to ${to}`;
}

/** What happened to a node; undefined when its reports show it already, or when it is part of every crash. */
export function eventPhrase(event: ClusterEvent): string | undefined {
  switch (event.type) {
    case "started": {
      const cut =
        event.tornBytes === 0
          ? ""
          : `; ${event.tornBytes} bytes of an unfinished write were cut off`;
      return `its thread runs${event.incarnation === 1 ? "" : " again"}${cut}`;
    }
    case "crashed":
      return event.asked
        ? "its thread is killed: what it had in memory is gone, its disk stays"
        : `it crashed: ${plainText(event.cause)}`;
    case "failed":
      return `it has failed: ${plainText(event.cause)}`;
    case "stopped":
      return "it is down";
    case "leader":
      return undefined;
    case "membership":
      return event.committed ? `it leads ${membershipText(event.membership)}` : undefined;
    case "trouble":
      return `it takes no part: ${plainText(event.what)}`;
    case "repaired":
      return "it takes part again";
    case "noLeader":
      return `no node leads: ${plainText(event.why)}`;
    case "directoryRepaired":
      return plainText(event.what);
    case "transport":
      return plainText(event.what);
    case "diverged": {
      const [, { node }] = event.nodes;
      return `its state after entry ${event.applied} is not that of ${node}`;
    }
    case "deadLetter":
      if (EXPECTED.includes(event.reason)) return undefined;
      return `mail to it was not delivered: ${event.reason}`;
  }
}

/** Mail that is lost whenever a node is, which is reported itself. */
const EXPECTED: readonly string[] = ["not running", "stale incarnation", "no connection"];

/** The answer that the client received. */
export function answerPhrase({ command, outcome, tookMs }: ClientLine): string {
  switch (outcome.type) {
    case "ok":
      if (command.type === "put") return `acknowledged after ${tookMs} ms`;
      return `is ${plainText(String(outcome.value))}, read after ${tookMs} ms`;
    case "error":
      return `rejected: ${plainText(outcome.message)}`;
    case "definitelyNot":
      return `not done: ${plainText(outcome.reason)}`;
    case "unknown":
      return `unknown whether done: ${plainText(outcome.reason)}`;
  }
}

/** The result of the demo in one sentence. */
export function endPhrase({ elections, crashes, writes, agreements }: Tally, ms: number): string {
  const compared =
    agreements === 0 ? "not compared yet" : `all nodes were equal ${times(agreements)}`;
  return (
    `Ended after ${(ms / 1000).toFixed(1)} s: ${count(elections, "leader")} elected, ` +
    `${count(crashes, "leader")} crashed, ${count(writes, "write")} acknowledged, ${compared}.`
  );
}

function times(number: number): string {
  return number === 1 ? "once" : `${number} times`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
