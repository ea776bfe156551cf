import { COMMITMENT } from "../../../packages/testing/src/sometimes/commitment.ts";
import { REPLICATION } from "../../../packages/testing/src/sometimes/replication.ts";
import { index, type Progress, type State } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { isMet } from "../../../packages/testing/src/sometimes/point.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  appendRejected,
  b,
  c,
  d,
  e,
  entries,
  entry,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  probe,
  propose,
  replicate,
  replicating,
  type TestEnv,
} from "../../core/support/core.ts";
import { momentOf, testPoints } from "../support/step-points.ts";

const following = (term: number, durableTo = 0): State =>
  follower({ term, leader: b, durable: durableTo });

/** A leader in a term whose followers besides `b` have nothing. */
function leading(
  term: number,
  of: Progress,
  more: Partial<Parameters<typeof leader>[0]> = {},
): State {
  return leader({ term, progress: { b: of, c: probe(2) }, ...more });
}

function compacted(terms: readonly number[], upTo: number): TestEnv {
  const made = env({ log: terms });
  made.log.compact(index(upTo));
  return made;
}

const replacing = (term: number) =>
  from(b, appendEntries(term, { after: [1, 1], entries: [entry(2, term)] }));

const others = { b: replicating(2, { match: 0 }), c: probe(2), d: probe(2) };
const four = env({ voters: [a, b, c, d], log: [1] });
const five = env({ voters: [a, b, c, d, e], log: [1] });

describe("replication", () => {
  testPoints(
    [...REPLICATION, ...COMMITMENT],
    [
      [
        "replication.cut",
        [env({ log: [1, 1, 1] }), following(2), replacing(2)],
        [env({ log: [1] }), following(2), replacing(2)],
      ],
      [
        "replication.cutTerms",
        [env({ log: [1, 2, 3] }), following(4), replacing(4)],
        [env({ log: [1, 2, 2] }), following(4), replacing(4)],
      ],
      [
        "replication.cutDurable",
        [env({ log: [1, 1, 1] }), following(2, 3), replacing(2)],
        [env({ log: [1, 1, 1] }), following(2, 1), replacing(2)],
      ],
      [
        "replication.repeated",
        [
          env({ log: [1, 1] }),
          following(1),
          from(b, appendEntries(1, { entries: entries([1, 1]) })),
        ],
        [env({ log: [1] }), following(1), from(b, appendEntries(1, { entries: entries([1, 1]) }))],
      ],
      [
        "replication.repeatedEarlier",
        [env({ log: [1, 1] }), following(1), from(b, appendEntries(1, { entries: entries([1]) }))],
        [
          env({ log: [1, 1] }),
          following(1),
          from(b, appendEntries(1, { entries: entries([1, 1]) })),
        ],
      ],
      [
        "replication.overlap",
        [env({ log: [1] }), following(1), from(b, appendEntries(1, { entries: entries([1, 1]) }))],
        [env(), following(1), from(b, appendEntries(1, { entries: entries([1, 1]) }))],
      ],
      [
        "replication.beforeFirst",
        [
          compacted([1, 1, 1], 2),
          following(1),
          from(b, appendEntries(1, { after: [1, 1], entries: [entry(2, 1)] })),
        ],
        [
          compacted([1, 1, 1], 2),
          following(1),
          from(b, appendEntries(1, { after: [2, 1], entries: [entry(3, 1)] })),
        ],
      ],
      [
        "replication.gap",
        [env({ log: [1] }), following(1), from(b, appendEntries(1, { after: [3, 1] }))],
        [env({ log: [1] }), following(1), from(b, appendEntries(1, { after: [1, 1] }))],
      ],
      [
        "replication.conflict",
        [env({ log: [1, 1] }), following(2), from(b, appendEntries(2, { after: [2, 2] }))],
        [env({ log: [1, 1] }), following(2), from(b, appendEntries(2, { after: [3, 2] }))],
      ],
      [
        "replication.commitBounded",
        [env(), following(1), from(b, appendEntries(1, { entries: entries([1]), commit: 5 }))],
        [env(), following(1), from(b, appendEntries(1, { entries: entries([1]), commit: 1 }))],
      ],
      [
        "replication.commitUnproven",
        [
          env({ log: [1, 1, 1] }),
          following(2),
          from(b, appendEntries(2, { after: [1, 1], commit: 3 })),
        ],
        [
          env({ log: [1, 1, 1] }),
          following(2),
          from(b, appendEntries(2, { after: [1, 1], commit: 1 })),
        ],
      ],
      [
        "replication.skipsTerm",
        [
          env({ log: [1, 1, 3, 3] }),
          leading(4, probe(5, { waiting: true })),
          from(b, appendRejected(4, { prevIndex: 4, conflictTerm: 2, conflictIndex: 2 })),
        ],
        [
          env({ log: [1, 1, 2, 3] }),
          leading(4, probe(5, { waiting: true })),
          from(b, appendRejected(4, { prevIndex: 4, conflictTerm: 2, conflictIndex: 2 })),
        ],
      ],
      [
        "replication.findsTerm",
        [
          env({ log: [1, 1, 2, 3, 3] }),
          leading(4, probe(6, { waiting: true })),
          from(b, appendRejected(4, { prevIndex: 5, conflictTerm: 2, conflictIndex: 2 })),
        ],
        [
          env({ log: [1, 1, 3, 3, 3] }),
          leading(4, probe(6, { waiting: true })),
          from(b, appendRejected(4, { prevIndex: 5, conflictTerm: 2, conflictIndex: 2 })),
        ],
      ],
      [
        "replication.backToProbe",
        [
          env({ log: [1, 1, 1] }),
          leading(1, replicating(4, { match: 1, inflight: [2, 3] })),
          from(b, appendRejected(1, { prevIndex: 3, conflictIndex: 2 })),
        ],
        [
          env({ log: [1, 1, 1] }),
          leading(1, probe(4, { waiting: true })),
          from(b, appendRejected(1, { prevIndex: 3, conflictIndex: 2 })),
        ],
      ],
      [
        "replication.lateRejection",
        [
          env({ log: [1, 1, 1] }),
          leading(1, replicating(4)),
          from(b, appendRejected(1, { prevIndex: 2, conflictIndex: 2 })),
        ],
        [
          env({ log: [1, 1, 1] }),
          leading(1, replicating(4, { match: 1 })),
          from(b, appendRejected(1, { prevIndex: 2, conflictIndex: 2 })),
        ],
      ],
      [
        "replication.lostAcknowledged",
        [
          env({ log: [1, 1, 1] }),
          leading(1, replicating(4, { round: 1 }), { round: 2 }),
          from(b, appendRejected(1, { prevIndex: 3, conflictIndex: 1, round: 2 })),
        ],
        [
          env({ log: [1, 1, 1] }),
          leading(1, replicating(4, { round: 1 }), { round: 2 }),
          from(b, appendRejected(1, { prevIndex: 3, conflictIndex: 1, round: 1 })),
        ],
      ],
      [
        "replication.lateAck",
        [env({ log: [1, 1, 1] }), leading(1, replicating(4)), from(b, appendAccepted(1, 2, 1))],
        [env({ log: [1, 1, 1] }), leading(1, replicating(4)), from(b, appendAccepted(1, 3, 1))],
      ],
      [
        "replication.olderTermHeld",
        [env({ log: [1] }), leading(2, probe(2), { durable: 1 }), from(b, appendAccepted(2, 1))],
        [env({ log: [2] }), leading(2, probe(2), { durable: 1 }), from(b, appendAccepted(2, 1))],
      ],
      [
        "replication.olderTermCommitted",
        [env({ log: [1, 2] }), leading(2, probe(3), { durable: 2 }), from(b, appendAccepted(2, 2))],
        [
          env({ log: [1, 2] }),
          leading(2, probe(3), { durable: 2, commit: 1 }),
          from(b, appendAccepted(2, 2)),
        ],
      ],
      [
        "replication.evenMajority",
        [
          four,
          leader({ term: 1, durable: 1, progress: { ...others, b: replicating(2) } }),
          from(c, appendAccepted(1, 1)),
        ],
        [
          env({ log: [1] }),
          leader({
            term: 1,
            durable: 1,
            progress: { b: replicating(2, { match: 0 }), c: probe(2) },
          }),
          from(c, appendAccepted(1, 1)),
        ],
      ],
      [
        "replication.evenHalf",
        [four, leader({ term: 1, durable: 1, progress: others }), from(b, appendAccepted(1, 1))],
        [
          five,
          leader({ term: 1, durable: 1, progress: { ...others, e: probe(2) } }),
          from(b, appendAccepted(1, 1)),
        ],
      ],
      [
        "replication.windowFull",
        [
          env({ log: [1, 1], maxInflight: 1 }),
          leading(1, replicating(2, { match: 0, inflight: [1] })),
          replicate,
        ],
        [env({ log: [1, 1], maxInflight: 1 }), leading(1, replicating(2)), replicate],
      ],
      [
        "replication.severalMessages",
        [
          env({ log: [1, 1], maxAppendBytes: 1 }),
          leading(1, replicating(1, { match: 0 })),
          replicate,
        ],
        [env({ log: [1, 1] }), leading(1, replicating(1, { match: 0 })), replicate],
      ],
      [
        "replication.probeAgain",
        [env({ log: [1] }), leading(1, probe(2, { waiting: true })), heartbeatTimeout],
        [env({ log: [1] }), leading(1, probe(2)), heartbeatTimeout],
      ],
      [
        "replication.busy",
        [env({ log: [1], maxUncommittedBytes: 1 }), leading(1, probe(2)), propose("x")],
        [env({ log: [1] }), leading(1, probe(2)), propose("x")],
      ],
    ],
  );
});

test("a late rejection of the first entry, at a server that does not lead, meets nothing", () => {
  const rejected = appendRejected(3, { prevIndex: 0, conflictTerm: 1, conflictIndex: 1 });
  const moment = momentOf([env({ log: [1] }), following(3), from(b, rejected)]);
  const points = REPLICATION.filter(({ on }) => on.includes("appendRejected"));
  expect(points.filter((point) => isMet(point, moment)).map(({ name }) => name)).toEqual([]);
});
