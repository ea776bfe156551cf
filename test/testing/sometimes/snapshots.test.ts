import { SNAPSHOTS } from "../../../packages/testing/src/sometimes/snapshots.ts";
import { index, type Event, type Progress, type Snapshot, type State } from "@kontiki/core";
import {
  a,
  appendAccepted,
  b,
  chunkReply,
  d,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  probe,
  replicate,
  replicating,
  sending,
  snapshotChunk,
  snapshotOf,
  type Command,
  type TestEnv,
} from "../../core/support/core.ts";
import { inForce, members } from "../../core/support/membership.ts";
import { testPoints } from "../support/step-points.ts";

const snapshot = snapshotOf(5, 1);
const other = snapshotOf(7, 1);
const joint = snapshotOf(5, 1, { membership: members({ outgoing: [a, b, d] }) });
const empty = env();
const full = env({ log: [1, 1, 1, 1, 1, 1] });

function compacted(length: number, upTo: number): TestEnv {
  const made = env({ log: Array.from({ length }, () => 1) });
  made.log.compact(index(upTo));
  return made;
}

const receiving = (of: Snapshot | undefined, received = 0, term = 1): State =>
  follower({
    term,
    leader: b,
    receiving: of === undefined ? undefined : { snapshot: of, received },
  });

function leading(of: Progress, more: Partial<Parameters<typeof leader>[0]> = {}): State {
  return leader({ term: 1, commit: 5, durable: 5, progress: { b: of, c: probe(7) }, ...more });
}

const part = (offset: number, size: number, of = snapshot): Event<Command> =>
  from(b, snapshotChunk(1, of, { offset, bytes: Array.from({ length: size }, () => 1) }));
const complete = (of = snapshot): Event<Command> => ({ type: "snapshotReceived", snapshot: of });
const taken = (of = snapshot): Event<Command> => ({ type: "snapshotTaken", snapshot: of });
const broken: Event<Command> = { type: "snapshotBroken", snapshot };
const gone: Event<Command> = { type: "snapshotGone", snapshot };
const applied = (more: Partial<Parameters<typeof follower>[0]> = {}): State =>
  follower({ term: 1, leader: b, commit: 6, ...more });
const later = snapshotOf(5, 2);

testPoints(SNAPSHOTS, [
  [
    "snapshots.partEarly",
    [empty, receiving(undefined), part(4, 2)],
    [empty, receiving(undefined), part(0, 2)],
  ],
  [
    "snapshots.partAgain",
    [empty, receiving(snapshot, 4), part(0, 2)],
    [empty, receiving(snapshot, 4), part(4, 2)],
  ],
  [
    "snapshots.otherSnapshot",
    [empty, receiving(snapshot, 4), part(4, 2, other)],
    [empty, receiving(snapshot, 4), part(4, 2)],
  ],
  ["snapshots.needless", [full, applied(), part(0, 2)], [empty, receiving(undefined), part(0, 2)]],
  [
    "snapshots.oldLeader",
    [empty, receiving(undefined, 0, 2), part(0, 2)],
    [empty, receiving(undefined, 0, 1), part(0, 2)],
  ],
  [
    "snapshots.onePart",
    [empty, receiving(undefined), part(0, 10)],
    [empty, receiving(undefined), part(0, 9)],
  ],
  [
    "snapshots.lastOfSeveral",
    [empty, receiving(snapshot, 4), part(4, 6)],
    [empty, receiving(snapshot, 4), part(4, 5)],
  ],
  [
    "snapshots.broken",
    [empty, receiving(snapshot, 10), broken],
    [empty, receiving(other, 10), broken],
  ],
  [
    "snapshots.replacesLog",
    [env({ log: [1] }), receiving(snapshot, 10), complete()],
    [empty, receiving(snapshot, 10), complete()],
  ],
  [
    "snapshots.dropsLater",
    [full, receiving(later, 10, 2), complete(later)],
    [env({ log: [1] }), receiving(later, 10, 2), complete(later)],
  ],
  [
    "snapshots.notInstalled",
    [full, receiving(snapshot, 10), complete()],
    [empty, receiving(snapshot, 10), complete()],
  ],
  [
    "snapshots.otherMembership",
    [empty, receiving(joint, 10), complete(joint)],
    [empty, receiving(snapshot, 10), complete()],
  ],
  [
    "snapshots.jointInstalled",
    [empty, receiving(joint, 10), complete(joint)],
    [empty, receiving(snapshot, 10), complete()],
  ],
  ["snapshots.jointTaken", [full, applied(), taken(joint)], [full, applied(), taken()]],
  [
    "snapshots.beforeChange",
    [full, applied({ memberships: [inForce(6)] }), taken()],
    [full, applied({ memberships: [inForce(5)] }), taken()],
  ],
  [
    "snapshots.keepsEntries",
    [env({ log: [1, 1, 1, 1, 1, 1], keptEntries: 2 }), applied(), taken()],
    [env({ log: [1, 1, 1, 1, 1, 1], keptEntries: 0 }), applied(), taken()],
  ],
  [
    "snapshots.takenWhileSending",
    [full, leading(sending(snapshotOf(3, 1))), taken()],
    [full, leading(replicating(7)), taken()],
  ],
  [
    "snapshots.begun",
    [
      compacted(6, 2),
      leading(replicating(2, { match: 1 }), { snapshot: snapshotOf(2, 1) }),
      replicate,
    ],
    [
      compacted(6, 2),
      leading(replicating(3, { match: 2 }), { snapshot: snapshotOf(2, 1) }),
      replicate,
    ],
  ],
  [
    "snapshots.sentAgain",
    [full, leading(sending(snapshot, { beats: 1 })), heartbeatTimeout],
    [full, leading(sending(snapshot, { beats: 0 })), heartbeatTimeout],
  ],
  [
    "snapshots.replyAgain",
    [full, leading(sending(snapshot, { offset: 4 })), from(b, chunkReply(1, snapshot, 4))],
    [full, leading(sending(snapshot, { offset: 4 })), from(b, chunkReply(1, snapshot, 6))],
  ],
  [
    "snapshots.replyBack",
    [full, leading(sending(snapshot, { offset: 4 })), from(b, chunkReply(1, snapshot, 0))],
    [full, leading(sending(snapshot, { offset: 4 })), from(b, chunkReply(1, snapshot, 6))],
  ],
  [
    "snapshots.replyToOther",
    [full, leading(sending(snapshot, { offset: 4 })), from(b, chunkReply(1, other, 6))],
    [full, leading(sending(snapshot, { offset: 4 })), from(b, chunkReply(1, snapshot, 6))],
  ],
  [
    "snapshots.another",
    [
      compacted(9, 8),
      leading(sending(snapshot), { snapshot: snapshotOf(8, 1) }),
      from(b, appendAccepted(1, 5)),
    ],
    [
      compacted(9, 8),
      leading(sending(snapshot), { snapshot: snapshotOf(8, 1) }),
      from(b, appendAccepted(1, 4)),
    ],
  ],
  ["snapshots.gone", [full, leading(sending(snapshot)), gone], [full, applied(), gone]],
]);
