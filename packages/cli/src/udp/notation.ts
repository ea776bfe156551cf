/**
 * The lines of the original, in its notation: Haskell's `show` of its events, states and commands.
 *
 * Its program shows the commit index in its states and prints commits. The example in its README is older: it has
 * neither.
 *
 * @module
 */
import { indexAfter, type Entry, type Index, type LogView } from "@kontiki/core";
import {
  showBool,
  showCollection,
  showList,
  showPair,
  showRecord,
  showText,
} from "./haskell-show.ts";
import type { IndexOf, NodeView } from "./node-view.ts";
import type { Command, Dropped, Turn, UdpEvent } from "./turn.ts";
import type { Value, WireMessage } from "./wire-message.ts";

/** Which lines are printed: those of the original's program, or those of the example in its README. */
export type Notation = "original" | "readme";

/** The lines of a handled event, without the log. */
export function turnLines({ event, input, output, commands }: Turn, notation: Notation): string[] {
  return [
    `Got event: ${showEvent(event)}`,
    `Input state: ${showState(input, notation)}`,
    `Output state: ${showState(output, notation)}`,
    ...commandLines(commands, notation),
  ];
}

export function commandLines(commands: readonly Command[], notation: Notation): string[] {
  const shown = notation === "readme" ? commands.filter(({ type }) => type !== "commit") : commands;
  return shown.map(commandLine);
}

export function droppedLine({ bytes, reason, count }: Dropped): string {
  return `Log: Dropped a datagram of ${bytes} bytes (${count} so far): ${reason}`;
}

export function commandLine(command: Command): string {
  switch (command.type) {
    case "log":
      return `Log: ${command.text}`;
    case "broadcast":
      return `CBroadcast: ${showMessage(command.message)}`;
    case "send":
      return `CSend: ${showText(command.to)} -> ${showMessage(command.message)}`;
    case "resetElectionTimeout":
      return `Reset election timeout: ${command.microseconds}`;
    case "resetHeartbeatTimeout":
      return `Reset heartbeat timeout: ${command.microseconds}`;
    case "truncateLog":
      return `Truncate: ${showIndex(command.after)}`;
    case "logEntries":
      return `Log entries: ${showList(command.entries.map(showLogEntry))}`;
    case "commit":
      return `New commit index, to commit: ${committed(command.before, command.upTo)}`;
    default:
      return command satisfies never;
  }
}

/** The entire log, which is printed after each event. */
export function logLine(log: LogView<Value>): string {
  if (log.lastIndex === 0) return "Log: []";
  const entries = log.slice(log.firstIndex, log.lastIndex, Infinity);
  return `Log: ${showList(entries.map((entry) => showPair(`${entry.index}`, showValueOf(entry))))}`;
}

export function showEvent(event: UdpEvent): string {
  switch (event.type) {
    case "message":
      return `EMessage ${showText(event.from)} (${showMessage(event.message)})`;
    case "electionTimeout":
      return "EElectionTimeout";
    case "heartbeatTimeout":
      return "EHeartbeatTimeout";
    default:
      return event satisfies never;
  }
}

export function showState(view: NodeView, notation: Notation): string {
  return `WrapState (${showRole(view, notation)})`;
}

function showRole(view: NodeView, notation: Notation): string {
  const term = showTerm(view.term);
  const commit = (field: string): Readonly<Record<string, string>> =>
    notation === "readme" ? {} : { [field]: showIndex(view.commitIndex) };
  switch (view.role) {
    case "follower": {
      const vote = view.votedFor === undefined ? "Nothing" : `Just ${showText(view.votedFor)}`;
      return `Follower (${showRecord("FollowerState", {
        _fCurrentTerm: term,
        ...commit("_fCommitIndex"),
        _fVotedFor: vote,
      })})`;
    }
    case "candidate": {
      const votes = showCollection(view.votes.map(showText));
      return `Candidate (${showRecord("CandidateState", {
        _cCurrentTerm: term,
        ...commit("_cCommitIndex"),
        _cVotes: votes,
      })})`;
    }
    case "leader":
      return `Leader (${showRecord("LeaderState", {
        _lCurrentTerm: term,
        ...commit("_lCommitIndex"),
        _lNextIndex: showIndexes(view.nextIndex),
        _lLastIndex: showIndexes(view.lastIndex),
      })})`;
    default:
      return view satisfies never;
  }
}

function showMessage(message: WireMessage): string {
  return `M${message.type} (${showRecord(message.type, messageFields(message))})`;
}

function messageFields(message: WireMessage): Readonly<Record<string, string>> {
  switch (message.type) {
    case "RequestVote":
      return {
        rvTerm: showTerm(message.term),
        rvCandidateId: showText(message.candidateId),
        rvLastLogIndex: showIndex(message.lastLogIndex),
        rvLastLogTerm: showTerm(message.lastLogTerm),
      };
    case "RequestVoteResponse":
      return { rvrTerm: showTerm(message.term), rvrVoteGranted: showBool(message.voteGranted) };
    case "AppendEntries":
      return {
        aeTerm: showTerm(message.term),
        aeLeaderId: showText(message.leaderId),
        aePrevLogIndex: showIndex(message.prevLogIndex),
        aePrevLogTerm: showTerm(message.prevLogTerm),
        aeEntries: showList(
          message.entries.map(({ index, term, value }) => showEntry(index, term, showValue(value))),
        ),
        aeCommitIndex: showIndex(message.commitIndex),
      };
    case "AppendEntriesResponse":
      return {
        aerTerm: showTerm(message.term),
        aerSuccess: showBool(message.success),
        aerLastIndex: showIndex(message.lastIndex),
      };
    default:
      return message satisfies never;
  }
}

function committed(before: Index, upTo: Index): string {
  if (upTo === before) return "nothing";
  const next = indexAfter(before);
  if (upTo === next) return `entry ${showIndex(upTo)}`;
  return `entries ${showIndex(next)} to ${showIndex(upTo)}`;
}

function showLogEntry(entry: Entry<Value>): string {
  return showEntry(entry.index, entry.term, showValueOf(entry));
}

function showEntry(index: number | bigint, term: number | bigint, value: string): string {
  return showRecord("Entry", { eIndex: showIndex(index), eTerm: showTerm(term), eValue: value });
}

/** The wire has no entry without a value, so the log has none, either. */
function showValueOf(entry: Entry<Value>): string {
  return entry.type === "command" ? showValue(entry.command) : "()";
}

function showValue({ node, number }: Value): string {
  return showPair(showText(node), `${number}`);
}

function showIndexes(indexes: readonly IndexOf[]): string {
  return showCollection(indexes.map(([node, index]) => showPair(showText(node), showIndex(index))));
}

function showTerm(term: number | bigint): string {
  return `Term ${term}`;
}

function showIndex(index: number | bigint): string {
  return showRecord("Index", { unIndex: `${index}` });
}
