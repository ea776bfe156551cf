import { readShow, type Shown } from "./haskell-show.ts";

/** One line of a node's output, read. */
export type Line = {
  readonly kind: string;
  readonly value: Shown | undefined;
  readonly text: string;
};

type Shape = (shown: Shown) => boolean;

/** The values that the original prints, each as its type has it. */
const index = record("Index", { unIndex: isNumber });
const term = applied("Term", isNumber);
const id: Shape = ({ type }) => type === "text";
const value = tuple(id, isNumber);
const entry = record("Entry", { eIndex: index, eTerm: term, eValue: value });
const entries = listOf(entry);
const bool = either(applied("True"), applied("False"));
const indexes = applied("fromList", listOf(tuple(id, index)));

const message = either(
  applied(
    "MRequestVote",
    record("RequestVote", {
      rvTerm: term,
      rvCandidateId: id,
      rvLastLogIndex: index,
      rvLastLogTerm: term,
    }),
  ),
  applied(
    "MRequestVoteResponse",
    record("RequestVoteResponse", { rvrTerm: term, rvrVoteGranted: bool }),
  ),
  applied(
    "MAppendEntries",
    record("AppendEntries", {
      aeTerm: term,
      aeLeaderId: id,
      aePrevLogIndex: index,
      aePrevLogTerm: term,
      aeEntries: entries,
      aeCommitIndex: index,
    }),
  ),
  applied(
    "MAppendEntriesResponse",
    record("AppendEntriesResponse", { aerTerm: term, aerSuccess: bool, aerLastIndex: index }),
  ),
);

const event = either(
  applied("EMessage", id, message),
  applied("EElectionTimeout"),
  applied("EHeartbeatTimeout"),
);

const state = applied(
  "WrapState",
  either(
    applied(
      "Follower",
      record("FollowerState", {
        _fCurrentTerm: term,
        _fCommitIndex: index,
        _fVotedFor: either(applied("Nothing"), applied("Just", id)),
      }),
    ),
    applied(
      "Candidate",
      record("CandidateState", {
        _cCurrentTerm: term,
        _cCommitIndex: index,
        _cVotes: applied("fromList", listOf(id)),
      }),
    ),
    applied(
      "Leader",
      record("LeaderState", {
        _lCurrentTerm: term,
        _lCommitIndex: index,
        _lNextIndex: indexes,
        _lLastIndex: indexes,
      }),
    ),
  ),
);

const LINES: readonly (readonly [kind: string, prefix: string, shape: Shape])[] = [
  ["event", "Got event: ", event],
  ["input", "Input state: ", state],
  ["output", "Output state: ", state],
  ["broadcast", "CBroadcast: ", message],
  ["truncate", "Truncate: ", index],
  ["entries", "Log entries: ", entries],
  ["electionTimeout", "Reset election timeout: ", isNumber],
  ["heartbeatTimeout", "Reset heartbeat timeout: ", isNumber],
  ["log", "Log: ", listOf(tuple(isNumber, value))],
];

/** Reads a line. @throws Error when the original could not have printed it. */
export function readLine(line: string): Line {
  if (line === "Awaiting event") return { kind: "awaiting", value: undefined, text: line };
  const sent = /^CSend: "([^"]*)" -> (.*)$/.exec(line);
  if (sent !== null) return shaped("send", line, sent[2] ?? "", message);
  if (/^New commit index, to commit: (nothing$|(entry|entries) Index)/.test(line))
    return commitLine(line);
  if (/^Log: [A-Za-z]/.test(line)) return { kind: "text", value: undefined, text: line.slice(5) };
  const known = LINES.find(([, prefix]) => line.startsWith(prefix));
  if (known === undefined) throw new Error(`no such line in the notation: ${line}`);
  const [kind, prefix, shape] = known;
  return shaped(kind, line, line.slice(prefix.length), shape);
}

function commitLine(line: string): Line {
  const one = /^New commit index, to commit: entry Index \{unIndex = \d+\}$/;
  const many =
    /^New commit index, to commit: entries Index \{unIndex = \d+\} to Index \{unIndex = \d+\}$/;
  const isNothing = line.endsWith(": nothing");
  if (!isNothing && !one.test(line) && !many.test(line))
    throw new Error(`a bad commit line: ${line}`);
  return { kind: "commit", value: undefined, text: line };
}

function shaped(kind: string, line: string, text: string, shape: Shape): Line {
  const shown = readShow(text);
  if (!shape(shown)) throw new Error(`not what the original shows there: ${line}`);
  return { kind, value: shown, text };
}

function isNumber({ type }: Shown): boolean {
  return type === "number";
}

function listOf(shape: Shape): Shape {
  return (shown) => shown.type === "list" && shown.items.every(shape);
}

function tuple(...shapes: readonly Shape[]): Shape {
  return (shown) => shown.type === "tuple" && all(shapes, shown.items);
}

function applied(name: string, ...shapes: readonly Shape[]): Shape {
  return (shown) =>
    shown.type === "constructor" &&
    shown.name === name &&
    Object.keys(shown.fields).length === 0 &&
    all(shapes, shown.arguments);
}

/** The fields are there in this order, and no others. */
function record(name: string, fields: Readonly<Record<string, Shape>>): Shape {
  return (shown) =>
    shown.type === "constructor" &&
    shown.name === name &&
    Object.keys(shown.fields).join() === Object.keys(fields).join() &&
    all(Object.values(fields), Object.values(shown.fields));
}

function either(...shapes: readonly Shape[]): Shape {
  return (shown) => shapes.some((shape) => shape(shown));
}

function all(shapes: readonly Shape[], items: readonly Shown[]): boolean {
  return (
    shapes.length === items.length &&
    shapes.every((shape, at) => {
      const item = items[at];
      return item !== undefined && shape(item);
    })
  );
}
