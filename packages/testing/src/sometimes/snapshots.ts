import { isJoint, membershipOf, sameMembership, sameSnapshot } from "@kontiki/core";
import { CIRCUMSTANCE } from "./circumstances.ts";
import { effectOf, isIgnored, leaderIn, sentOf } from "./moment.ts";
import { onlyIf, onAny, onEvent, onMessage, type Moment, type StepPoint } from "./point.ts";

/** Snapshots that a leader sends part by part, and the compaction of logs. */
export const SNAPSHOTS: readonly StepPoint[] = [
  onMessage(
    "snapshotChunk",
    "snapshots.partEarly",
    "§7",
    "A part of a snapshot arrived before the part that comes before it.",
    ({ before, after }, { snapshot, offset, term }) =>
      term === after.term && after.role.type === "follower" && offset > received(before, snapshot),
  ),
  onMessage(
    "snapshotChunk",
    "snapshots.partAgain",
    "§7",
    "A part of a snapshot arrived that was saved already.",
    ({ before, after }, { snapshot, offset, term }) =>
      term === after.term && offset < received(before, snapshot),
  ),
  onMessage(
    "snapshotChunk",
    "snapshots.otherSnapshot",
    "§7",
    "A part of another snapshot arrived while one was being received.",
    ({ before }, { snapshot }) => {
      const { role } = before;
      const now = role.type === "follower" ? role.receiving?.snapshot : undefined;
      return now !== undefined && !sameSnapshot(now, snapshot);
    },
  ),
  onMessage(
    "snapshotChunk",
    "snapshots.needless",
    "§7",
    "A part of a snapshot arrived whose entries the log had by then.",
    (moment) => sentOf(moment, "appendAccepted") !== undefined,
  ),
  onMessage(
    "snapshotChunk",
    "snapshots.oldLeader",
    "§5.1",
    "A part of a snapshot arrived from a leader of an earlier term.",
    ({ before }, { term }) => term < before.term,
  ),
  onMessage(
    "snapshotChunk",
    "snapshots.onePart",
    "§7",
    "A snapshot arrived in a single part.",
    (moment, { snapshot, offset, bytes }) =>
      offset === 0 && bytes.length === snapshot.size && effectOf(moment, "saveChunk") !== undefined,
  ),
  onMessage(
    "snapshotChunk",
    "snapshots.lastOfSeveral",
    "§7",
    "The last of several parts of a snapshot arrived.",
    (moment, { snapshot, offset, bytes }) =>
      offset > 0 &&
      offset + bytes.length === snapshot.size &&
      effectOf(moment, "saveChunk") !== undefined,
  ),
  onEvent(
    "snapshotBroken",
    "snapshots.broken",
    "§7",
    "The parts of a snapshot did not form an intact one, and were asked for again.",
    (moment) => sentOf(moment, "chunkReply") !== undefined,
  ),
  onEvent(
    "snapshotReceived",
    "snapshots.replacesLog",
    "§7",
    "A snapshot replaced a log with entries.",
    (moment) =>
      effectOf(moment, "installSnapshot") !== undefined &&
      moment.env.log.lastIndex >= moment.env.log.firstIndex,
  ),
  onEvent(
    "snapshotReceived",
    "snapshots.dropsLater",
    "§7",
    "A snapshot replaced a log that went on after the snapshot's end with entries of another leader.",
    (moment, { snapshot }) =>
      effectOf(moment, "installSnapshot") !== undefined &&
      moment.env.log.lastIndex > snapshot.index,
  ),
  onEvent(
    "snapshotReceived",
    "snapshots.notInstalled",
    "§7",
    "A snapshot that was fetched was complete when the log had its entries already.",
    (moment) => effectOf(moment, "installSnapshot") === undefined && !isIgnored(moment),
  ),
  onEvent(
    "snapshotReceived",
    "snapshots.otherMembership",
    "4.1",
    "A snapshot brought another membership than the one in force.",
    (moment, { snapshot }) =>
      effectOf(moment, "installSnapshot") !== undefined &&
      !sameMembership(membershipOf(moment.env, moment.before), snapshot.membership),
  ),
  onEvent(
    "snapshotReceived",
    "snapshots.jointInstalled",
    "4.3",
    "A snapshot of a joint membership was installed.",
    (moment, { snapshot }) =>
      effectOf(moment, "installSnapshot") !== undefined && isJoint(snapshot.membership),
  ),
  onEvent(
    "snapshotTaken",
    "snapshots.jointTaken",
    "4.3",
    "A snapshot was taken of a joint membership.",
    (_moment, { snapshot }) => isJoint(snapshot.membership),
  ),
  onEvent(
    "snapshotTaken",
    "snapshots.beforeChange",
    "4.1",
    "A snapshot was taken that ends before the membership in force began.",
    ({ before }, { snapshot }) => (before.memberships.at(-1)?.index ?? 0) > snapshot.index,
  ),
  onEvent(
    "snapshotTaken",
    "snapshots.keepsEntries",
    "5.1.2",
    "A log was compacted, and some entries before the snapshot stayed.",
    (moment, { snapshot }) => (effectOf(moment, "compactLog")?.upTo ?? Infinity) < snapshot.index,
  ),
  onEvent(
    "snapshotTaken",
    "snapshots.takenWhileSending",
    "§7",
    "A leader took a snapshot while it sent an earlier one.",
    (moment, { snapshot }) => {
      const role = leaderIn(moment.before);
      if (role === undefined || moment.after.snapshot !== snapshot) return false;
      return Object.values(role.progress).some(({ type }) => type === "snapshot");
    },
  ),
  ...onlyIf(CIRCUMSTANCE.acting, [
    onEvent(
      "replicate",
      "snapshots.begun",
      "§7",
      "A follower needed entries that its leader had compacted.",
      (moment) => effectOf(moment, "sendChunk") !== undefined,
    ),
  ]),
  onEvent(
    "heartbeatTimeout",
    "snapshots.sentAgain",
    "§7",
    "A part of a snapshot that was not answered was sent again.",
    (moment) => effectOf(moment, "sendChunk") !== undefined,
  ),
  onMessage(
    "chunkReply",
    "snapshots.replyAgain",
    "§7",
    "The same answer to a part of a snapshot arrived twice.",
    (moment, { received: bytes, index, checksum, term }, from) => {
      const one = leaderIn(moment.before)?.progress[from];
      const isSame =
        one?.type === "snapshot" &&
        one.snapshot.index === index &&
        one.snapshot.checksum === checksum;
      return isSame && term === moment.before.term && bytes === one.offset && bytes > 0;
    },
  ),
  onMessage(
    "chunkReply",
    "snapshots.replyBack",
    "§7",
    "A follower had less of a snapshot than its leader had sent.",
    ({ before, after }, _reply, from) => {
      const [was, now] = [before, after].map((state) => leaderIn(state)?.progress[from]);
      return was?.type === "snapshot" && now?.type === "snapshot" && now.offset < was.offset;
    },
  ),
  onMessage(
    "chunkReply",
    "snapshots.replyToOther",
    "§7",
    "An answer arrived about another snapshot than the one that is being sent.",
    ({ before }, { index, checksum, term }, from) => {
      const one = leaderIn(before)?.progress[from];
      if (one?.type !== "snapshot" || term !== before.term) return false;
      return one.snapshot.index !== index || one.snapshot.checksum !== checksum;
    },
  ),
  ...onlyIf(CIRCUMSTANCE.oddAnswer, [
    onAny(
      ["appendAccepted"],
      "snapshots.another",
      "§7",
      "A follower had a whole snapshot, and needed another one because its leader had compacted more.",
      ({ before, after, event }) => {
        if (event.type !== "message") return false;
        const [was, now] = [before, after].map((state) => leaderIn(state)?.progress[event.from]);
        return was?.type === "snapshot" && now?.type === "probe";
      },
    ),
  ]),
  onEvent(
    "snapshotGone",
    "snapshots.gone",
    "§7",
    "A snapshot that was being sent could not be read any more.",
    ({ before }) => before.role.type === "leader",
  ),
];

/** How many bytes of this snapshot the server has. */
function received(state: Moment["before"], snapshot: Parameters<typeof sameSnapshot>[0]): number {
  const now = state.role.type === "follower" ? state.role.receiving : undefined;
  return now !== undefined && sameSnapshot(now.snapshot, snapshot) ? now.received : 0;
}
