import { encodeParcel, type Letter } from "@kontiki/actors/node";
import { TURNS } from "../../../packages/testing/src/sometimes/turns.ts";
import type { Event, State } from "@kontiki/core";
import {
  a,
  appendEntries,
  b,
  c,
  electionTimeout,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  probe,
  propose,
  replicate,
  replicating,
  type Command,
} from "../../core/support/core.ts";
import { inForce } from "../../core/support/membership.ts";
import { stepped, testRunPoints, type Part } from "../support/run-points.ts";
import type { Made } from "../support/step-points.ts";

const one = env({ log: [1] });
const leasing = env({ quorumBeats: 3, leases: true, log: [1] });
const following = follower({ term: 1, leader: b });
const heartbeat: Made = [one, following, from(b, appendEntries(1, { after: [1, 1] }))];

const timer = (epoch: number): Letter => ({ type: "timer", epoch });
const silence = (epoch: number): Letter => ({ type: "silence", epoch });
const obituary = (incarnation: number): Letter => ({ type: "obituary", node: b, incarnation });
const mail = (incarnation: number): Letter => ({
  type: "mail",
  from: b,
  incarnation,
  bytes: new Uint8Array(0),
});
const commands = [new Uint8Array(16)];
const forward: Letter = {
  type: "mail",
  from: b,
  incarnation: 1,
  bytes: encodeParcel({ type: "forward", client: "client/1", id: 1, commands }),
};
const proposal: Letter = {
  type: "mail",
  from: "client/1",
  incarnation: 0,
  bytes: encodeParcel({ type: "propose", id: 1, commands }),
};

function leading(more: Partial<Parameters<typeof leader>[0]> = {}): State {
  const progress = { b: replicating(2, { round: 1 }), c: probe(2) };
  return leader({ term: 1, commit: 1, durable: 1, round: 1, progress, ...more });
}

const proposed = (state: State, letter: Letter): readonly Part[] => [
  stepped([one, state, propose("x")], { letters: [letter] }),
];
const transfer: Event<Command> = { type: "transfer", target: b };
const read: Event<Command> = { type: "read", id: 9, leased: false };
const failing = leading({ transfer: { target: b, beats: 5, told: true } });
const going = leading({ transfer: { target: b, beats: 1, told: true } });
const learning = [inForce(1, { voters: [a], learners: [b, c] })];
const alone = follower({ term: 1, commit: 1, memberships: learning });
const letters: readonly Letter[] = [];

testRunPoints(TURNS, [
  [
    "turns.timerReset",
    [stepped(heartbeat, { letters: [timer(3)] })],
    [stepped(heartbeat, { letters: [timer(2)] })],
  ],
  [
    "turns.silenceReset",
    [stepped(heartbeat, { letters: [silence(3)] })],
    [stepped(heartbeat, { letters: [silence(2)] })],
  ],
  [
    "turns.oldObituary",
    [stepped(heartbeat, { letters: [mail(2)] }), stepped(heartbeat, { letters: [obituary(1)] })],
    [stepped(heartbeat, { letters: [mail(1)] }), stepped(heartbeat, { letters: [obituary(1)] })],
  ],
  [
    "turns.lastMail",
    [stepped(heartbeat, { letters: [mail(1), obituary(1)] })],
    [stepped(heartbeat, { letters: [mail(2), obituary(1)] })],
  ],
  [
    "turns.entriesHeld",
    [
      stepped([one, alone, electionTimeout], { letters }),
      stepped([one, leading(), replicate], { letters }),
    ],
    [stepped([one, leading(), heartbeatTimeout], { letters })],
  ],
  ["turns.forwarded", proposed(following, proposal), proposed(follower({ term: 1 }), proposal)],
  ["turns.forwardTaken", proposed(leading(), forward), proposed(leading(), proposal)],
  ["turns.forwardRefused", proposed(following, forward), proposed(following, proposal)],
  [
    "turns.leaseAtTransfer",
    [stepped([leasing, leading(), transfer], { holdsLease: true })],
    [stepped([leasing, leading(), transfer], { holdsLease: false })],
  ],
  [
    "turns.leaseAfterFailure",
    [
      stepped(
        [leasing, leading({ transfer: { target: b, beats: 2, told: true } }), heartbeatTimeout],
        { holdsLease: true },
      ),
    ],
    [
      stepped([leasing, going, heartbeatTimeout], { holdsLease: true }),
      stepped([one, failing, heartbeatTimeout]),
    ],
  ],
  [
    "turns.leaseRanOut",
    [stepped([leasing, leading(), read], { holdsLease: false })],
    [stepped([leasing, leading(), read], { holdsLease: true })],
  ],
]);
