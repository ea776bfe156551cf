/**
 * What a leader knows of one follower (Figure 2, nextIndex and matchIndex; dissertation 10.2.2, 5.3), as pure
 * functions.
 */
import { hasWindow, index, makeConfig, type Progress } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  accepted,
  answered,
  initialProgress,
  interrupted,
  rejected,
  sendSnapshot,
} from "../../packages/core/src/progress.ts";
import { a, b, probe, replicating } from "./support/core.ts";
import { sending, snapshot } from "./support/snapshots.ts";

const i = index;
const taken = snapshot([20, 2]);

test("Figure 2: a new leader assumes that a follower's log equals its own", () => {
  expect(initialProgress(i(7))).toEqual(probe(8));
  expect(initialProgress(i(0))).toEqual(probe(1));
});

describe("a follower answers rounds in any order: nothing moves back", () => {
  test.each<[string, Progress]>([
    ["probe", probe(4, { round: 3 })],
    ["replicate", replicating(4, { round: 3 })],
    ["snapshot", sending(taken, { round: 3 })],
  ])("%s", (_title, progress) => {
    expect(answered(progress, 4)).toEqual({ ...progress, round: 4 });
    for (const round of [0, 2, 3]) expect(answered(progress, round)).toBe(progress);
  });
});

describe("§5.3 an acceptance", () => {
  test.each<[string, Progress, number, Progress]>([
    [
      "of what a probe asked for: the logs meet",
      probe(5, { waiting: true }),
      4,
      replicating(5, { match: 4 }),
    ],
    [
      "of more than a probe asked for: older, and just as good",
      probe(5, { match: 2 }),
      8,
      replicating(9, { match: 8 }),
    ],
    [
      "of less than a probe asked for: the probe is still open",
      probe(5, { match: 1, waiting: true }),
      3,
      probe(5, { match: 3, waiting: true }),
    ],
    [
      "of less than is known moves nothing back",
      probe(5, { match: 3, waiting: true }),
      1,
      probe(5, { match: 3, waiting: true }),
    ],
    [
      "of entries in flight makes room for others",
      replicating(9, { match: 2, inflight: [4, 6, 8] }),
      6,
      replicating(9, { match: 6, inflight: [8] }),
    ],
    [
      "that comes late frees nothing",
      replicating(9, { match: 6, inflight: [8] }),
      4,
      replicating(9, { match: 6, inflight: [8] }),
    ],
    [
      "of more than was sent since: continues after that",
      replicating(3, { match: 2 }),
      5,
      replicating(6, { match: 5 }),
    ],
  ])("%s", (_title, before, match, after) => {
    expect(accepted(before, i(match), i(1))).toEqual(after);
  });
});

describe("snapshot_succeed_via_app_resp_behind: an acceptance while a snapshot is sent", () => {
  const before = sending(taken, { match: 3, round: 6, offset: 10 });
  test.each<[string, number, number, Progress]>([
    [
      "at the snapshot's end: the log continues after it",
      20,
      11,
      replicating(21, { match: 20, round: 6 }),
    ],
    [
      "before its end, but where the log still has entries: no snapshot is needed",
      15,
      11,
      replicating(16, { match: 15, round: 6 }),
    ],
    [
      "right before the log's first entry: no snapshot is needed",
      10,
      11,
      replicating(11, { match: 10, round: 6 }),
    ],
    [
      "one before that: the snapshot continues",
      9,
      11,
      sending(taken, { match: 9, round: 6, offset: 10 }),
    ],
    ["of a heartbeat: the snapshot continues", 0, 11, before],
    [
      "at its end, but the log was compacted again meanwhile: the follower needs another",
      20,
      22,
      probe(21, { match: 20, round: 6 }),
    ],
    [
      "at its end, and the log begins right after it",
      20,
      21,
      replicating(21, { match: 20, round: 6 }),
    ],
  ])("%s", (_title, match, firstIndex, after) => {
    expect(accepted(before, i(match), i(firstIndex))).toEqual(after);
  });
});

describe("§5.3 a rejection", () => {
  const at = (prevIndex: number, round = 0) => ({ prevIndex: i(prevIndex), round });
  test.each<
    [string, Progress, { prevIndex: ReturnType<typeof i>; round: number }, number, Progress]
  >([
    ["of the probe: probes further back", probe(9, { waiting: true }), at(8), 4, probe(4)],
    [
      "of an earlier probe: it was answered before",
      probe(9, { waiting: true }),
      at(5),
      2,
      probe(9, { waiting: true }),
    ],
    [
      "in the pipeline: everything sent after it was lost",
      replicating(9, { match: 3, inflight: [5, 8] }),
      at(5),
      5,
      probe(5, { match: 3 }),
    ],
    [
      "with a hint before what is proven: probes right after that",
      replicating(9, { match: 3 }),
      at(5),
      2,
      probe(4, { match: 3 }),
    ],
    ["while a snapshot is sent", sending(taken), at(5), 5, sending(taken)],
    ["of the position right before that snapshot's end", sending(taken), at(20), 5, sending(taken)],
  ])("%s", (_title, before, reply, next, after) => {
    expect(rejected(before, reply, i(next))).toEqual(after);
  });

  test("answers a round, even when it brings nothing new", () => {
    const reply = at(5, 4);
    expect(rejected(sending(taken), reply, i(5))).toEqual(sending(taken, { round: 4 }));
    expect(rejected(probe(9, { waiting: true }), reply, i(5))).toEqual(
      probe(9, { waiting: true, round: 4 }),
    );
    expect(rejected(replicating(9, { match: 3 }), reply, i(5))).toEqual(
      probe(5, { match: 3, round: 4 }),
    );
  });
});

describe("19 a rejection of what the follower was proven to hold", () => {
  const reply = (round: number) => ({ prevIndex: i(6), round });

  test("in a round that was answered already is late: the acceptance overtook it", () => {
    for (const round of [0, 4, 5]) {
      for (const before of [
        replicating(9, { match: 6, round: 5 }),
        probe(9, { match: 6, round: 5 }),
      ])
        expect(rejected(before, reply(round), i(3))).toBe(before);
    }
  });

  test("in a later round means that it was lost: nothing is proven any more", () => {
    for (const before of [replicating(9, { match: 6, round: 5 }), probe(9, { match: 6, round: 5 })])
      expect(rejected(before, reply(6), i(3))).toEqual(probe(3, { round: 6 }));
  });
});

describe("21 an interruption: the receiver died, or the snapshot is gone", () => {
  test.each<[string, Progress, Progress]>([
    [
      "a pipeline restarts after what is proven",
      replicating(9, { match: 4, inflight: [6, 8], round: 2 }),
      probe(5, { match: 4, round: 2 }),
    ],
    [
      "a snapshot ends, and the position after what is proven is probed",
      sending(taken, { match: 4, round: 2, offset: 20 }),
      probe(5, { match: 4, round: 2 }),
    ],
    [
      "a probe is repeated: there is no better guess",
      probe(9, { match: 0, waiting: true, round: 2 }),
      probe(9, { match: 0, round: 2 }),
    ],
  ])("%s", (_title, before, after) => {
    expect(interrupted(before)).toEqual(after);
  });
});

test("Figure 13: a snapshot is sent from its beginning, and the log continues after it", () => {
  for (const before of [probe(5, { match: 4, round: 3 }), replicating(5, { match: 4, round: 3 })])
    expect(sendSnapshot(before, taken)).toEqual(sending(taken, { match: 4, round: 3 }));
});

test("dissertation 10.2.2: only pipelining has a window, and it is bounded", () => {
  const config = makeConfig({ id: a, voters: [a, b], maxInflight: 2 });
  const cases: readonly (readonly [Progress, boolean])[] = [
    [replicating(5), true],
    [replicating(5, { match: 1, inflight: [4] }), true],
    [replicating(5, { match: 1, inflight: [3, 4] }), false],
    [probe(5), false],
    [sending(taken), false],
  ];
  for (const [progress, room] of cases) expect(hasWindow(config, progress)).toBe(room);
});
