import { encodeParcel, type CommandBytes, type Outcome } from "@kontiki/actors/node";
import type { Happening, PlannedOperation } from "@kontiki/testing";
import { CLIENTS } from "../../../packages/testing/src/sometimes/clients.ts";
import { MemoryLog, index, term, type Entry } from "@kontiki/core";
import { expiredResult } from "../../../packages/actors/src/sessions/result.ts";
import { setHeader } from "../../../packages/actors/src/sessions/command.ts";
import {
  a,
  appendAccepted,
  b,
  env,
  follower,
  from,
  leader,
  probe,
  snapshotOf,
  type Command,
} from "../../core/support/core.ts";
import { stepped, testRunPoints, type Part } from "../support/run-points.ts";

type Header = readonly [session: number, sequence: number, floor?: number];

/** A leader of the last term commits the last of these commands. */
function commits(...log: readonly (readonly [inTerm: number, ...Header])[]): Part {
  const content = log.map(([inTerm, client, sequence, floor = 0], offset): Entry<CommandBytes> => {
    const command = new Uint8Array(16);
    setHeader(command, { client, sequence, floor });
    return { type: "command", index: index(offset + 1), term: term(inTerm), command };
  });
  const made = new MemoryLog((command: CommandBytes) => command.length, content);
  const last = log.at(-1)?.[0] ?? 1;
  const state = leader({
    term: last,
    commit: log.length - 1,
    durable: log.length,
    progress: { b: probe(log.length + 1), c: probe(log.length + 1) },
  });
  const { config } = env();
  const where = { config, log: made as unknown as MemoryLog<Command> };
  return stepped([where, state, from(b, appendAccepted(last, log.length))]);
}

const operation: PlannedOperation = { id: 4, at: 0, client: 0, command: "x", read: false };
const called: Happening = { type: "called", operation, proposal: { client: 1, sequence: 1 } };
const returned = (outcome: Outcome<unknown>): Happening => ({
  type: "returned",
  operation,
  outcome,
});
const unknown = returned({ type: "unknown", reason: "no answer" });
const not = (reason: string): Happening => returned({ type: "definitelyNot", reason });
const ok = returned({ type: "ok", value: 1 });

const lost = (sender: string, reason: string): Happening => ({
  type: "lost",
  from: sender,
  to: a,
  reason,
  bytes: new Uint8Array(),
});

function answers(...results: readonly Uint8Array[]): Happening {
  const sequences = results.map((_result, at) => at + 1);
  const bytes = encodeParcel({ type: "answers", sequences, results });
  return { type: "posted", from: a, to: "client/1", bytes };
}

const expired = answers(new Uint8Array(expiredResult(1, index(3))));
const answered = answers(Uint8Array.of(0x92, 0, 1));
const snapshot = snapshotOf(5, 1);
const full = env({ log: [1, 1, 1, 1, 1, 1] });
const takes = stepped([
  full,
  follower({ term: 1, commit: 6 }),
  { type: "snapshotTaken", snapshot },
]);
const installs = stepped([
  env(),
  follower({ term: 1, leader: b, receiving: { snapshot, received: 10 } }),
  { type: "snapshotReceived", snapshot },
]);
const second = 1 + 2 ** 40;

testRunPoints(CLIENTS, [
  [
    "clients.committedTwice",
    [commits([1, 1, 1]), commits([1, 1, 1], [1, 1, 1])],
    [commits([1, 1, 1]), commits([1, 1, 1], [1, 1, 2])],
  ],
  [
    "clients.committedInTwoTerms",
    [commits([1, 1, 1]), commits([1, 1, 1], [2, 1, 1])],
    [commits([1, 1, 1]), commits([1, 1, 1], [1, 1, 1])],
  ],
  [
    "clients.openedTwice",
    [commits([1, 1, 0]), commits([1, 1, 0], [1, 1, 0])],
    [commits([1, 1, 0]), commits([1, 1, 0], [1, 2, 0])],
  ],
  [
    "clients.belowFloor",
    [
      commits([1, 1, 1, 1]),
      commits([1, 1, 1, 1], [1, 1, 3, 3]),
      commits([1, 1, 1, 1], [1, 1, 3, 3], [1, 1, 2, 1]),
    ],
    [
      commits([1, 1, 1, 1]),
      commits([1, 1, 1, 1], [1, 1, 3, 2]),
      commits([1, 1, 1, 1], [1, 1, 3, 2], [1, 1, 2, 1]),
    ],
  ],
  [
    "clients.unknownDone",
    [called, commits([1, 1, 1]), unknown],
    [called, commits([1, 1, 2]), unknown],
  ],
  [
    "clients.unknownDoneLater",
    [called, unknown, commits([1, 1, 1])],
    [called, commits([1, 1, 1]), unknown],
  ],
  [
    "clients.answeredByOther",
    [called, commits([1, 1, 1]), commits([1, 1, 1], [2, 1, 2]), ok],
    [called, commits([1, 1, 1]), commits([1, 1, 1], [1, 1, 2]), ok],
  ],
  ["clients.noLeader", [called, not("no leader was found before the deadline")], [called, unknown]],
  [
    "clients.handedOver",
    [called, not("leadership was being handed over until the deadline")],
    [called, unknown],
  ],
  [
    "clients.busy",
    [called, not("the node that was asked was busy until the deadline")],
    [called, unknown],
  ],
  ["clients.expired", [expired], [answered]],
  [
    "clients.sessionEnded",
    [
      called,
      returned({
        type: "unknown",
        reason: "its session has ended, and an earlier attempt may have been applied",
      }),
    ],
    [called, unknown],
  ],
  ["clients.laterSession", [commits([1, second, 0])], [commits([1, 1, 0])]],
  ["clients.snapshotAfterEnd", [expired, takes], [takes, expired]],
  ["clients.installedAfterEnd", [expired, installs], [installs, expired]],
  ["clients.noNode", [lost("client/1", "not running")], [lost("b", "not running")]],
  ["clients.mailboxFull", [lost("client/1", "mailbox full")], [lost("b", "mailbox full")]],
]);
