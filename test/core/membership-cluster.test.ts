import { membershipOf, type Change, type NodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  addLearner,
  addVoter,
  change,
  changeTaken,
  members,
  promotion,
  remove,
  rejectChange,
} from "./support/membership.ts";
import { transferTo } from "./support/elections.ts";
import { Script } from "./support/scripted-cluster.ts";
import {
  a,
  b,
  c,
  d,
  e,
  electionTimeout,
  env,
  hardState,
  noop,
  propose,
  logOf,
} from "./support/core.ts";

/** These voters; `a` leads term 1 and has committed its no-op. */
function elected(...voters: readonly NodeId[]): Script {
  const play = new Script({ voters });
  play.timeout(a);
  play.heartbeat(a);
  return play;
}

function membershipAt(play: Script, id: NodeId) {
  return membershipOf(env(), play.state(id));
}

function operate(play: Script, at: NodeId, ...changes: readonly Change[]): void {
  play.event(at, change(...changes));
  play.deliver();
  play.heartbeat(at, 2);
}

describe("dissertation chapter 4: growing and shrinking", () => {
  test("4.4: a cluster of one grows to five, one learner at a time, and shrinks to a different server", () => {
    const play = new Script({ voters: [a] });
    play.timeout(a);
    for (const [at, id] of [b, c, d, e].entries()) {
      play.start(id, { uid: at + 1 });
      operate(play, a, addLearner(id, { uid: at + 1, promote: true }));
      expect(membershipAt(play, a).voters).toEqual([a, b, c, d, e].slice(0, at + 2));
      play.propose(a, `with ${id}`);
    }
    expect(play.state(a).commit).toBe(play.log(a).lastIndex);
    for (const id of [b, c, d]) {
      operate(play, a, remove(id));
      play.stop(id);
      play.propose(a, `without ${id}`);
    }
    operate(play, a, remove(a));
    expect(play.roles).toEqual({ a: "follower", e: "leader" });
    play.propose(e, "alone");
    expect(membershipAt(play, e)).toEqual(members({ voters: [e], uids: { e: 4 }, lastUid: 4 }));
    expect(play.state(e).commit).toBe(play.log(e).lastIndex);
  });

  test("§6: a cluster of one grows to five at once, and shrinks to a different server at once", () => {
    const play = new Script({ voters: [a] });
    play.timeout(a);
    const fresh = [b, c, d, e];
    for (const id of fresh) play.start(id, { uid: 1 });
    operate(play, a, ...fresh.map((id) => addVoter(id, 1)));
    expect(membershipAt(play, d)).toEqual(
      members({ voters: [a, ...fresh], uids: { b: 1, c: 1, d: 1, e: 1 }, lastUid: 1 }),
    );
    operate(play, a, remove(a), remove(b), remove(c), remove(d));
    expect(play.state(e).role.type).toBe("leader");
    expect(membershipAt(play, e)).toEqual(members({ voters: [e], uids: { e: 1 }, lastUid: 1 }));
  });

  test("4.2.1: a server that is not a first voter does nothing until it hears that it is a member", () => {
    const play = elected(a, b, c);
    play.start(d, { uid: 1 });
    play.timeout(d);
    expect(play.roles).toMatchObject({ a: "leader", d: "follower" });
    expect(play.packets).toEqual([]);
    operate(play, a, addLearner(d, { uid: 1 }));
    play.timeout(d);
    expect(play.roles).toMatchObject({ a: "leader", d: "follower" });
    operate(play, a, addVoter(d, 1));
    play.stop(a);
    play.silence(b, c, d);
    play.timeout(d);
    expect(play.roles).toEqual({ b: "follower", c: "follower", d: "leader" });
  });

  test("remove_unreachable_follower: a dead voter is replaced without its help", () => {
    const play = elected(a, b, c);
    play.stop(c);
    play.start(d, { uid: 1 });
    operate(play, a, addLearner(d, { uid: 1, promote: true, replaces: c }));
    expect(membershipAt(play, a)).toEqual(
      members({ voters: [a, b, d], uids: { d: 1 }, lastUid: 1 }),
    );
    play.stop(b);
    play.propose(a, "x");
    expect(play.state(d).commit).toBe(play.log(a).lastIndex - 1);
    expect(play.state(a).commit).toBe(play.log(a).lastIndex);
  });

  test("4.2.1: adding a slow voter with an empty log does not stop a cluster from committing", () => {
    const play = elected(a, b, c);
    play.start(d, { uid: 1 });
    play.cut((_from, to) => to === d);
    operate(play, a, addLearner(d, { uid: 1, promote: true }));
    play.stop(c);
    play.propose(a, "x");
    expect(play.state(a).commit).toBe(play.log(a).lastIndex);
    expect(membershipAt(play, a).promotions).toEqual([promotion(d)]);
  });
});

describe("dissertation 4.2.2: removing the leader", () => {
  test("confchange_v1_remove_leader_stepdown: it is gone when its removal is committed, and another leads at once", () => {
    const play = elected(a, b, c);
    play.event(a, change(remove(a)));
    play.deliver();
    expect(play.roles).toMatchObject({ a: "follower" });
    expect([play.state(b).role.type, play.state(c).role.type].toSorted()).toEqual([
      "follower",
      "leader",
    ]);
  });

  test("confchange_v1_remove_leader: it accepts proposals until then", () => {
    const play = elected(a, b, c);
    play.cut((one) => one !== a);
    play.event(a, change(remove(a)));
    play.propose(a, "x");
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower" });
    play.heal();
    play.heartbeat(a);
    const lead = play.state(b).role.type === "leader" ? b : c;
    expect(play.log(lead).lastIndex).toBe(4);
    expect(play.state(lead).commit).toBe(4);
  });

  test("confchange_v2_replace_leader: another takes its place in one change", () => {
    const play = elected(a, b, c);
    play.start(d, { uid: 1 });
    operate(play, a, addVoter(d, 1), remove(a));
    expect(membershipAt(play, b)).toEqual(
      members({ voters: [b, c, d], uids: { d: 1 }, lastUid: 1 }),
    );
    expect(play.roles).toMatchObject({ a: "follower" });
    expect([b, c, d].filter((id) => play.state(id).role.type === "leader")).toHaveLength(1);
  });

  test("15: logcabin#205: it does not stand for election afterwards", () => {
    const play = elected(a, b, c);
    play.event(a, change(remove(a)));
    play.deliver();
    for (let times = 0; times < 3; times += 1) play.timeout(a);
    expect(play.roles).toMatchObject({ a: "follower" });
    expect(play.terms).toMatchObject({ a: 1, b: 2, c: 2 });
  });

  test("after a restart it asks the others, as it no longer knows what is committed, and deposes no leader", () => {
    const play = elected(a, b, c);
    play.event(a, change(remove(a)));
    play.deliver();
    play.restart(a);
    for (let times = 0; times < 3; times += 1) play.timeout(a);
    expect(play.roles).toMatchObject({ a: "preCandidate" });
    expect(play.terms).toMatchObject({ a: 1, b: 2, c: 2 });
  });

  test("Figure 4.6: a leader removed in its own log only stands again, as no other server can win, and hands over", () => {
    const play = elected(a, b);
    play.partition();
    play.event(a, change(remove(a)));
    play.propose(a, "x");
    play.heartbeat(a, 4);
    expect(play.roles).toEqual({ a: "follower", b: "follower" });
    play.heal();
    play.silence(b);
    play.timeout(b);
    expect(play.roles).toEqual({ a: "follower", b: "preCandidate" });
    play.timeout(a);
    expect(play.roles).toEqual({ a: "follower", b: "leader" });
    expect(membershipAt(play, b)).toEqual(members({ voters: [b] }));
    expect(play.state(b).commit).toBe(play.log(a).lastIndex + 1);
  });

  test("Figure 4.6: the same for a voter that a leader was about to demote", () => {
    const play = elected(a, b, c);
    play.partition([a, b]);
    play.cut((one, other) => one !== a || other !== b);
    play.event(a, change(addLearner(b)));
    play.deliver();
    play.heal();
    play.drop();
    play.stop(a);
    play.silence(b, c);
    play.timeout(c);
    expect(play.roles).toEqual({ b: "follower", c: "preCandidate" });
    play.start(a, {}, logOf([noop(1, 1)]), hardState(1));
    play.timeout(b);
    play.heartbeat(a);
    play.heartbeat(c);
    for (const id of [a, b, c])
      expect(membershipAt(play, id)).toEqual(members({ voters: [a, c], learners: [b] }));
    expect(play.state(b).role.type).toBe("follower");
  });

  test("a leader that is demoted follows the next one as a learner", () => {
    const play = elected(a, b, c);
    operate(play, a, addLearner(a));
    const lead = play.state(b).role.type === "leader" ? b : c;
    play.propose(lead, "x");
    play.heartbeat(lead);
    expect(play.state(a).role).toMatchObject({ type: "follower", leader: lead });
    expect(play.state(a).commit).toBe(play.log(lead).lastIndex);
  });
});

describe("4.1: changes and elections", () => {
  test("14: NuRaft PR#67: a new leader uses the change that it found in its log, and commits it", () => {
    const play = elected(a, b, c);
    play.cut((one) => one !== a);
    play.event(a, change(remove(c)));
    play.deliver();
    play.heal();
    play.drop();
    play.stop(a);
    play.silence(b, c);
    play.timeout(b);
    expect(play.roles).toEqual({ b: "preCandidate", c: "follower" });
    play.start(a, {}, logOf([noop(1, 1)]), hardState(1));
    play.timeout(b);
    expect(play.roles).toEqual({ a: "follower", b: "leader", c: "follower" });
    play.heartbeat(b);
    expect(membershipAt(play, a)).toEqual(members({ voters: [a, b] }));
    expect(play.state(b).commit).toBe(3);
  });

  test("14: a change that its leader sent to no other server is lost with it", () => {
    const play = elected(a, b, c);
    play.partition([b, c]);
    play.event(a, change(addVoter(d, 1), addVoter(e, 1)));
    expect(membershipAt(play, a).voters).toEqual([a, b, c, d, e]);
    play.silence(b, c);
    play.timeout(b);
    play.heal();
    play.heartbeat(b, 2);
    expect(membershipAt(play, a)).toEqual(members());
    expect(play.state(a).memberships).toEqual([]);
  });

  test("14: the 2015 bug: two leaders that do not know of each other's change cannot both change the membership", () => {
    const play = elected(a, b, c, d);
    play.partition([b, c, d]);
    play.start(e, { uid: 1 });
    play.event(a, change(addVoter(e, 1)));
    play.cut((one, other) => ![one, other].every((id) => id === a || id === e));
    play.deliver();
    expect(membershipAt(play, e).voters).toEqual([a, b, c, d, e]);
    play.partition([b, c, d]);
    play.silence(b, c, d);
    play.event(b, electionTimeout);
    play.deliver(({ message }) => message.type !== "appendEntries");
    play.told(b);
    play.event(b, change(remove(a)));
    expect(play.told(b)).toEqual([
      rejectChange("the leader has not committed an entry of its term yet"),
    ]);
    play.deliver();
    play.event(b, change(remove(a)));
    expect(play.told(b)).toEqual([changeTaken(3)]);
    play.partition([a, d, e]);
    play.silence(d, e);
    play.heartbeat(a, 4);
    for (let times = 0; times < 3; times += 1) play.timeout(a);
    expect(play.roles).toMatchObject({ a: "preCandidate" });
  });

  test("15: camunda#60086: after a leader dies in a joint membership, the next one leaves it", () => {
    const play = elected(a, b, c);
    for (const id of [d, e]) play.start(id, { uid: 1 });
    play.event(a, change(addVoter(d, 1), addVoter(e, 1), remove(b), remove(c)));
    play.deliver(({ to }) => to !== a);
    play.stop(a);
    expect(membershipAt(play, b).outgoing).toEqual([a, b, c]);
    play.silence(b, c, d, e);
    play.timeout(b);
    const after = members({ voters: [a, d, e], uids: { d: 1, e: 1 }, lastUid: 1 });
    expect([membershipAt(play, d), membershipAt(play, e)]).toEqual([after, after]);
    const roles = [b, c, d, e].map((id) => play.state(id).role.type);
    expect(roles).toEqual(["follower", "follower", "leader", "follower"]);
  });

  test("7, 15: one half of a joint membership elects no leader", () => {
    const play = elected(a, b, c);
    for (const id of [d, e]) play.start(id, { uid: 1 });
    play.event(a, change(addVoter(d, 1), addVoter(e, 1), remove(b), remove(c)));
    play.deliver(({ to }) => to !== a);
    play.stop(a);
    play.stop(d);
    play.silence(b, c, e);
    play.timeout(b, c, e);
    expect(play.roles).toEqual({ b: "preCandidate", c: "preCandidate", e: "follower" });
  });

  test("voter_gets_promoted_new_leader: a learner that one leader wanted to promote is promoted by the next", () => {
    const play = elected(a, b, c);
    play.start(d, { uid: 1 });
    play.cut((one, other) => one === d || other === d);
    operate(play, a, addLearner(d, { uid: 1, promote: true }));
    play.event(a, transferTo(b));
    play.deliver();
    play.heal();
    play.heartbeat(b, 3);
    expect(play.state(b).role.type).toBe("leader");
    expect(membershipAt(play, d)).toEqual(
      members({ voters: [a, b, c, d], uids: { d: 1 }, lastUid: 1 }),
    );
  });

  test("17: ClusterCanRegainStability_WhenNonVoterWithHigherTermJoin: one election, and then it follows", () => {
    const play = elected(a, b, c);
    play.start(d, { uid: 1 }, logOf([]), hardState(9));
    operate(play, a, addLearner(d, { uid: 1 }));
    expect(play.roles).toMatchObject({ a: "follower", d: "follower" });
    expect(play.terms).toMatchObject({ a: 9 });
    play.timeout(a);
    play.silence(b, c);
    play.timeout(a);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower", d: "follower" });
    play.propose(a, "x");
    play.heartbeat(a, 2);
    expect(play.terms).toEqual({ a: 10, b: 10, c: 10, d: 10 });
    expect(play.state(d).commit).toBe(play.log(a).lastIndex);
  });

  test("RemovePartitionedNode: a partitioned, removed server asks in vain, and is added again with a new disk", () => {
    const play = elected(a, b, c);
    play.partition([a, b]);
    operate(play, a, remove(c));
    play.heal();
    for (let times = 0; times < 3; times += 1) play.timeout(c);
    play.heartbeat(a);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "preCandidate" });
    play.start(c, { uid: 1 });
    operate(play, a, addLearner(c, { uid: 1, promote: true }));
    play.stop(b);
    play.propose(a, "x");
    play.heartbeat(a);
    expect(play.state(c).commit).toBe(play.log(a).lastIndex);
  });
});

describe("19: servers that return with another disk", () => {
  test.each([
    ["in the order of their disks", 1, 2],
    ["in the other order", 2, 1],
  ])("two of five get their votes back, %s", (_title, uidOfB, uidOfC) => {
    const play = elected(a, b, c, d, e);
    play.propose(a, "x");
    play.stop(b);
    play.stop(c);
    play.start(b, { uid: uidOfB });
    play.heartbeat(a, 4);
    play.start(c, { uid: uidOfC });
    play.heartbeat(a, 4);
    expect(membershipAt(play, a)).toEqual(
      members({
        voters: [a, d, e, b, c],
        uids: { b: uidOfB, c: uidOfC },
        lastUid: 2,
      }),
    );
    play.stop(d);
    play.stop(e);
    play.event(a, propose("y"));
    play.deliver();
    expect(play.state(a).commit).toBe(play.log(a).lastIndex);
  });
});
