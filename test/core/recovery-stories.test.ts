/** Whole stories of three servers, written by hand: how one that fell behind, was wiped or was damaged recovers. */
import { index, type Snapshot, type State } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Script, type Letter } from "./support/story.ts";
import { a, b, c, electionTimeout, heartbeatTimeout, propose } from "./support/core.ts";
import { membership, position, contents } from "./support/snapshots.ts";

/** Three servers; `a` leads term 1, and these commands are committed everywhere. */
function cluster(commands = 3): Script {
  const script = new Script({ voters: [a, b, c], keptEntries: 0, quorumBeats: 0, preVote: false });
  script.campaign(a);
  for (let at = 1; at <= commands; at += 1) script.propose(a, `x${at}`);
  script.heartbeat();
  return script;
}

/** The kinds of the letters that wait, as "from>to kind". */
function waiting({ mail }: Script): readonly string[] {
  return mail.map(({ from, to, message }) => `${from}>${to} ${message.type}`);
}

const toC = ({ to }: Letter) => to === c;

function receivedBy({ role }: State): number | undefined {
  return role.type === "follower" ? role.receiving?.received : undefined;
}

function deliverTo(script: Script, id: typeof a): void {
  script.deliver(script.mail.findIndex(({ to }) => to === id));
}

describe("slow_follower_after_compaction: a follower that fell behind gets a snapshot under load", () => {
  test("chunk by chunk, while the others commit, and then the entries appended meanwhile", () => {
    const script = cluster();
    script.stop(c);
    script.propose(a, "x4", "x5");
    script.takeSnapshot(a);
    expect(contents(script.log(a)).base).toEqual([6, 1]);
    script.restart(c);
    script.event(a, { type: "peerDown", node: c });
    expect(waiting(script)).toEqual(["a>c appendEntries", "a>c snapshotChunk"]);
    deliverTo(script, c);
    deliverTo(script, c);
    expect(receivedBy(script.state(c))).toBe(10);

    script.event(a, propose("x6"));
    script.settle(({ message }) => message.type === "chunkReply");
    expect(script.state(a).commit).toBe(7);
    expect(receivedBy(script.state(c))).toBe(10);

    script.event(a, heartbeatTimeout);
    script.event(a, heartbeatTimeout);
    script.settle();
    script.heartbeat();
    expect(script.state(c).snapshot).toEqual(script.state(a).snapshot);
    expect(contents(script.log(c))).toEqual(contents(script.log(a)));
    expect(script.ids.map((id) => script.state(id).commit)).toEqual([7, 7, 7]);
  });

  test("install_crash: it starts again when it dies with half of it", () => {
    const script = cluster();
    script.stop(c);
    script.propose(a, "x4");
    script.takeSnapshot(a);
    script.restart(c);
    script.heartbeat();
    expect(script.state(c).commit).toBe(5);

    script.stop(c);
    script.propose(a, "x5");
    script.takeSnapshot(a);
    script.restart(c);
    script.event(a, { type: "peerDown", node: c });
    for (let parts = 0; parts < 3; parts += 1) deliverTo(script, c);
    script.settle(toC);
    script.restart(c);
    expect(receivedBy(script.state(c))).toBe(undefined);
    for (let beat = 0; beat < 4; beat += 1) script.heartbeat();
    expect(contents(script.log(c))).toEqual(contents(script.log(a)));
    expect(script.state(c).commit).toBe(6);
  });

  test("the leader compacts again while it sends: the second snapshot follows the first", () => {
    const script = cluster();
    script.stop(c);
    script.propose(a, "x4");
    script.takeSnapshot(a);
    const first = script.state(a).snapshot as Snapshot;
    script.restart(c);
    script.event(a, { type: "peerDown", node: c });
    deliverTo(script, c);
    deliverTo(script, c);
    const rest = script.mail.splice(0);
    script.propose(a, "x5");
    script.takeSnapshot(a);
    script.mail.push(...rest);
    script.settle();
    expect(first.index).toBe(5);
    expect(script.state(c).snapshot).toEqual(script.state(a).snapshot);
    expect(script.state(c).commit).toBe(6);
  });

  test("its leader dies halfway: the next one, which has another snapshot, starts again", () => {
    const script = cluster();
    script.stop(c);
    script.propose(a, "x4");
    script.takeSnapshot(a);
    script.heartbeat();
    script.propose(a, "x5");
    script.heartbeat();
    script.takeSnapshot(b);
    script.restart(c);
    script.event(a, { type: "peerDown", node: c });
    deliverTo(script, c);
    deliverTo(script, c);
    expect(receivedBy(script.state(c))).toBe(10);
    script.mail.splice(0);
    script.stop(a);
    script.campaign(b);
    script.heartbeat();
    script.heartbeat();
    expect(script.state(b).role.type).toBe("leader");
    expect(script.state(c).snapshot?.index).toBe(6);
    expect(contents(script.log(c))).toEqual(contents(script.log(b)));
  });
});

describe("19 a wiped server rejoins", () => {
  test("it loses its vote, catches up from the snapshot, and votes again with its new disk", () => {
    const script = cluster();
    script.takeSnapshot(a);
    script.wipe(c);
    for (let beat = 0; beat < 4; beat += 1) script.heartbeat();
    expect(script.uid(c)).toBe(1);
    expect(script.state(a).memberships.at(-1)?.membership).toEqual(
      membership({ uids: { [c]: 1 }, lastUid: 1 }),
    );
    expect(contents(script.log(c))).toEqual(contents(script.log(a)));
    script.stop(a);
    script.campaign(b);
    expect(script.state(b).role.type).toBe("leader");
    expect(script.state(c).votedFor).toBe(b);
  });

  test("until then it is in no majority: an entry that only it and another had is not lost", () => {
    const script = cluster();
    script.mail.splice(0);
    script.event(a, propose("only a and c"));
    script.settle(({ to }) => to === b);
    expect(script.state(a).commit).toBe(5);
    script.wipe(c);
    script.stop(a);
    script.campaign(b);
    expect(script.state(b).role.type).toBe("candidate");
    script.restart(a);
    script.campaign(a);
    script.campaign(a);
    script.heartbeat();
    expect(script.state(a).role.type).toBe("leader");
    expect(script.committed.get(5)).toMatchObject({ command: "only a and c" });
    expect(script.state(b).commit).toBeGreaterThanOrEqual(5);
  });

  test("a late vote of the old disk elects no leader", () => {
    const script = cluster();
    script.event(b, electionTimeout);
    script.settle(({ to }) => to === b);
    expect(script.state(c).votedFor).toBe(b);
    script.wipe(c);
    script.campaign(a);
    expect(script.state(a).role.type).toBe("leader");
    for (let beat = 0; beat < 3; beat += 1) script.heartbeat();
    script.mail.push({
      from: c,
      fromUid: 0,
      to: b,
      toUid: 0,
      message: { type: "voteReply", term: script.state(b).term, granted: true },
    });
    script.settle();
    expect(script.state(b).role.type).toBe("follower");
  });

  test("wiped twice, the second time while it catches up", () => {
    const script = cluster();
    script.takeSnapshot(a);
    script.wipe(c);
    script.event(a, heartbeatTimeout);
    script.settle(({ message }) => message.type === "snapshotChunk");
    script.wipe(c);
    for (let beat = 0; beat < 5; beat += 1) script.heartbeat();
    expect(script.state(a).memberships.at(-1)?.membership.uids).toEqual({ c: 2 });
    expect(contents(script.log(c))).toEqual(contents(script.log(a)));
  });
});

describe("23 a damaged server is repaired", () => {
  test("by the leader that believed it intact, in the same term", () => {
    const script = cluster();
    script.damage(c, 2);
    expect(script.state(c).horizon).toEqual(position([4, 1]));
    script.heartbeat();
    script.heartbeat();
    expect(script.state(a).term).toBe(1);
    expect(script.state(c).horizon).toBe(undefined);
    expect(contents(script.log(c))).toEqual(contents(script.log(a)));
    expect(script.state(c).commit).toBe(4);
  });

  test("by a snapshot, when the entries it lost were compacted", () => {
    const script = cluster();
    script.takeSnapshot(a);
    script.damage(c, 0);
    script.heartbeat();
    script.heartbeat();
    expect(script.state(c).horizon).toBe(undefined);
    expect(contents(script.log(c))).toEqual(contents(script.log(a)));
  });

  test("until then it does not help a server to be elected that lacks what it promised", () => {
    const script = cluster();
    script.event(a, propose("only a and c"));
    script.settle(({ to }) => to === b);
    expect(script.state(a).commit).toBe(5);
    script.damage(c, 2);
    script.stop(a);
    script.campaign(b);
    script.campaign(c);
    expect(script.state(b).role.type).toBe("candidate");
    expect(script.state(c).role.type).toBe("follower");
    script.restart(a);
    script.campaign(a);
    script.campaign(a);
    script.heartbeat();
    expect(script.state(c).horizon).toBe(undefined);
    expect(script.committed.get(5)).toMatchObject({ command: "only a and c" });
    expect(script.log(b).termAt(index(5))).toBe(1);
  });

  test("twice, the second time with half of the repair done", () => {
    const script = cluster();
    script.damage(c, 2);
    script.damage(c, 1);
    expect(script.state(c).horizon).toEqual(position([4, 1]));
    script.heartbeat();
    script.heartbeat();
    expect(script.state(c).horizon).toBe(undefined);
    script.stop(a);
    script.campaign(b);
    expect(script.state(c).votedFor).toBe(b);
  });
});
