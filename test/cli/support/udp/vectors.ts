import { readFileSync } from "node:fs";
import type { Datagram, WireMessage } from "../../../../packages/cli/src/udp/wire-message.ts";
import { recordedData } from "../../../core/support/recorded-data.ts";

/** A datagram, what it says, and how Haskell shows that. */
export type Vector = {
  readonly name: string;
  readonly hex: string;
  readonly datagram: Datagram;
  readonly trailing: number;
  readonly show: string;
};

/** A datagram that the original refuses. */
export type BadVector = { readonly name: string; readonly hex: string };

/** Written from the documented layout, for a checkout without the captured ones beside it. */
const OWN: readonly Vector[] = [
  {
    name: "own: RequestVote",
    hex: "0000000000000001 61 00 0200000000000000 0000000000000001 61 0100000000000000 0001000000000000",
    datagram: {
      from: "a",
      message: {
        type: "RequestVote",
        term: 2n,
        candidateId: "a",
        lastLogIndex: 1n,
        lastLogTerm: 256n,
      },
    },
    trailing: 0,
    show: '("a",MRequestVote (RequestVote {rvTerm = Term 2, rvCandidateId = "a", rvLastLogIndex = Index {unIndex = 1}, rvLastLogTerm = Term 256}))',
  },
  {
    name: "own: RequestVoteResponse",
    hex: "0000000000000002 6162 01 ffffffffffffffff 01",
    datagram: {
      from: "ab",
      message: { type: "RequestVoteResponse", term: 2n ** 64n - 1n, voteGranted: true },
    },
    trailing: 0,
    show: '("ab",MRequestVoteResponse (RequestVoteResponse {rvrTerm = Term 18446744073709551615, rvrVoteGranted = True}))',
  },
  {
    name: "own: AppendEntries",
    hex:
      "0000000000000001 61 02 0300000000000000 0000000000000001 61 0400000000000000 0200000000000000" +
      "0000000000000001 0500000000000000 0300000000000000 0000000000000000 fffffffffffffffe" +
      "0400000000000000",
    datagram: {
      from: "a",
      message: {
        type: "AppendEntries",
        term: 3n,
        leaderId: "a",
        prevLogIndex: 4n,
        prevLogTerm: 2n,
        entries: [{ index: 5n, term: 3n, value: { node: "", number: -2n } }],
        commitIndex: 4n,
      },
    },
    trailing: 0,
    show: '("a",MAppendEntries (AppendEntries {aeTerm = Term 3, aeLeaderId = "a", aePrevLogIndex = Index {unIndex = 4}, aePrevLogTerm = Term 2, aeEntries = [Entry {eIndex = Index {unIndex = 5}, eTerm = Term 3, eValue = ("",-2)}], aeCommitIndex = Index {unIndex = 4}}))',
  },
  {
    name: "own: AppendEntriesResponse, two bytes too many",
    hex: "0000000000000001 62 03 0100000000000000 00 0700000000000000 5859",
    datagram: {
      from: "b",
      message: { type: "AppendEntriesResponse", term: 1n, success: false, lastIndex: 7n },
    },
    trailing: 2,
    show: '("b",MAppendEntriesResponse (AppendEntriesResponse {aerTerm = Term 1, aerSuccess = False, aerLastIndex = Index {unIndex = 7}}))',
  },
];

const OWN_BAD: readonly BadVector[] = [
  { name: "own: nothing", hex: "" },
  { name: "own: cut in the middle", hex: "0000000000000001 61 01 0100" },
  { name: "own: no such message", hex: "0000000000000001 61 04 0100000000000000" },
  { name: "own: neither true nor false", hex: "0000000000000001 61 01 0100000000000000 02" },
  { name: "own: id longer than the datagram", hex: "7fffffffffffffff 61" },
  {
    name: "own: more entries than bytes",
    hex:
      "0000000000000001 61 02 0300000000000000 0000000000000001 61 0400000000000000 0200000000000000" +
      "7fffffffffffffff 0500000000000000",
  },
];

export const vectors: readonly Vector[] = [
  ...OWN.map((vector) => ({ ...vector, hex: vector.hex.replaceAll(" ", "") })),
  ...captured("vectors.json").map(vectorOf),
];

export const badVectors: readonly BadVector[] = [
  ...OWN_BAD.map((vector) => ({ ...vector, hex: vector.hex.replaceAll(" ", "") })),
  ...captured("vectors-bad.json").map(({ name, hex }) => ({ name, hex })),
];

type Captured = Vector & {
  readonly from: string;
  readonly message: Readonly<Record<string, unknown>> & { readonly type: WireMessage["type"] };
};

/** What was captured from the original; nothing where that is absent. */
function captured(name: string): readonly Captured[] {
  const folder = recordedData("kontiki-wire");
  if (folder === undefined) return [];
  return JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Captured[];
}

function vectorOf({ name, hex, from, message, trailing, show }: Captured): Vector {
  const exact = bigints(message) as WireMessage;
  return { name, hex, datagram: { from, message: exact }, trailing, show };
}

/** Numbers as they are in our messages; strings of digits where JSON has no number. */
function bigints(value: unknown): unknown {
  if (typeof value === "number") return BigInt(value);
  if (Array.isArray(value)) return value.map(entryOrAny);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [
      field,
      typeof inner === "string" && /^-?\d{16,}$/.test(inner) ? BigInt(inner) : bigints(inner),
    ]),
  );
}

function entryOrAny(entry: unknown): unknown {
  const { index, term, value } = entry as {
    readonly index: number | string;
    readonly term: number | string;
    readonly value: readonly [string, number | string];
  };
  const [node, number] = value;
  return { index: BigInt(index), term: BigInt(term), value: { node, number: BigInt(number) } };
}
