import type { ClusterEvent, RaftStatus } from "@kontiki/actors";
import { membershipText } from "../render/membership-text.ts";
import { plainText } from "../render/quoting.ts";
import type { ClientLine, Tally } from "./demo-line.ts";

/**
 * What a change of a node's Raft state means, in plain words.
 *
 * Only what the two states show is said: who voted for whom is known to the nodes alone.
 */
export function statusWords(before: RaftStatus | undefined, now: RaftStatus): string {
  if (before === undefined) return startWords(now);
  const words = [...roleWords(before, now), ...logWords(before, now)];
  return words.length === 0 ? "goes on" : words.join("; ");
}

function startWords({ last }: RaftStatus): string {
  return last === 0
    ? "starts as a follower, its log empty"
    : `starts as a follower, its log read back up to entry ${last}`;
}

function roleWords(before: RaftStatus, now: RaftStatus): string[] {
  if (now.role === "leader") {
    return before.role === "leader" ? [] : ["elected by a majority"];
  }
  if (now.role === "preCandidate" || now.role === "candidate") return askingWords(before, now);
  const words: string[] = [];
  if (before.role === "leader") words.push("leads no more");
  if (now.leader !== undefined && (now.leader !== before.leader || now.term !== before.term)) {
    words.push(`follows ${now.leader}`);
  } else if (now.term !== before.term) {
    words.push("hears of an election");
  }
  return words;
}

/** First it asks who would vote for it, then for votes (dissertation 9.6). */
function askingWords(before: RaftStatus, now: RaftStatus): string[] {
  if (before.role === now.role && before.term === now.term) return [];
  const asks = now.role === "candidate" ? "asks for votes" : "asks who would vote for it";
  if (before.role === "follower") return [`hears no leader: ${asks}`];
  return [before.role === "candidate" ? `not elected: ${asks}` : asks];
}

function logWords(before: RaftStatus, now: RaftStatus): string[] {
  const leads = now.role === "leader";
  const words: string[] = [];
  if (now.last < before.last) {
    words.push(`drops ${entries(now.last, before.last)}, never committed`);
  }
  if (now.last > before.last) {
    words.push(`${leads ? "appends" : "writes"} ${entries(before.last, now.last)}`);
  }
  if (now.commit > before.commit) {
    const reached = entries(before.commit, now.commit);
    words.push(leads ? `a majority has ${reached}: committed` : `knows ${reached} committed`);
  }
  if (now.applied > before.applied) words.push("applied");
  return words;
}

/** The entries behind `from` up to `to`. */
function entries(from: number, to: number): string {
  return to - from === 1 ? `entry ${to}` : `entries ${from + 1} to ${to}`;
}

/** What befell a node, in plain words; undefined when its own lines say it already, or it is part of any crash. */
export function eventWords(event: ClusterEvent): string | undefined {
  switch (event.type) {
    case "started": {
      const cut =
        event.tornBytes === 0 ? "" : `; ${event.tornBytes} bytes of an unfinished write cut off`;
      return `its thread runs${event.incarnation === 1 ? "" : " again"}${cut}`;
    }
    case "crashed":
      return event.asked
        ? "its thread is killed: what it had in memory is gone, its disk stays"
        : `it crashed: ${plainText(event.cause)}`;
    case "failed":
      return `it is given up: ${plainText(event.cause)}`;
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
    case "deadLetter":
      if (event.reason === "not running" || event.reason === "stale incarnation") return undefined;
      return `mail to it is not delivered: ${event.reason}`;
  }
}

/** What the client was told, in plain words. */
export function answerWords({ command, outcome, tookMs }: ClientLine): string {
  switch (outcome.type) {
    case "ok":
      if (command.type === "put") return `acknowledged after ${tookMs} ms`;
      return `is ${plainText(String(outcome.value))}, read after ${tookMs} ms`;
    case "error":
      return `refused: ${plainText(outcome.message)}`;
    case "definitelyNot":
      return `not done: ${plainText(outcome.reason)}`;
    case "unknown":
      return `unknown whether done: ${plainText(outcome.reason)}`;
  }
}

/** What the demo came to, in one sentence. */
export function endWords({ elections, crashes, writes, agreements }: Tally, ms: number): string {
  const compared =
    agreements === 0 ? "not compared yet" : `all nodes found equal ${times(agreements)}`;
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
