import type { NodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { transferEnded, transferTo } from "./support/elections.ts";
import { Script } from "./support/scripted-cluster.ts";
import { a, b, c } from "./support/core.ts";

describe("3.10 among several servers", () => {
  const elected = (...voters: readonly NodeId[]): Script => {
    const play = new Script({ voters });
    play.timeout(a);
    play.told(a);
    return play;
  };

  test("LeaderTransferToUpToDateNode: one round of messages later the target leads, though all hear the old leader", () => {
    const play = elected(a, b, c);
    play.event(a, transferTo(b));
    play.deliver();
    expect(play.roles).toEqual({ a: "follower", b: "leader", c: "follower" });
    expect(play.terms).toEqual({ a: 2, b: 2, c: 2 });
    expect(play.told(a)).toEqual([transferEnded(b)]);
  });

  test("LeaderTransferBack: and back again", () => {
    const play = elected(a, b, c);
    play.event(a, transferTo(c));
    play.deliver();
    play.event(c, transferTo(a));
    play.deliver();
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower" });
    expect(play.terms).toEqual({ a: 3, b: 3, c: 3 });
  });

  test("LeaderTransferToSlowFollower: the missing entries come first", () => {
    const play = elected(a, b, c);
    play.partition([a, b]);
    play.propose(a, "x", "y");
    play.heal();
    play.event(a, transferTo(c));
    play.heartbeat(a);
    expect(play.roles).toEqual({ a: "follower", b: "follower", c: "leader" });
    expect(play.state(c).commit).toBe(4);
  });

  test("LeaderTransferToCandidate: a target that is asking for pre-votes stands", () => {
    const play = elected(a, b, c);
    play.timeout(b);
    expect(play.roles).toMatchObject({ b: "preCandidate" });
    play.event(a, transferTo(b));
    play.deliver();
    expect(play.roles).toEqual({ a: "follower", b: "leader", c: "follower" });
  });

  test("LeaderTransferTimeout: a transfer to a dead target is given up, and the leader keeps leading", () => {
    const play = elected(a, b, c);
    play.stop(c);
    play.propose(a, "x");
    play.event(a, transferTo(c));
    play.heartbeat(a, 3);
    expect(play.told(a)).toEqual([
      { type: "proposed", first: 2, term: 1 },
      transferEnded(c, "c did not take over within an election timeout"),
    ]);
    play.propose(a, "y");
    expect(play.roles).toEqual({ a: "leader", b: "follower" });
    expect(play.state(a).commit).toBe(3);
  });

  test("a TimeoutNow that arrives after its transfer timed out elects another leader, and nothing breaks", () => {
    const play = elected(a, b, c);
    play.event(a, transferTo(b));
    const late = play.drop(({ message }) => message.type === "timeoutNow");
    play.cut((_from, to) => to === b);
    play.heartbeat(a, 3);
    play.propose(a, "x");
    play.heal();
    play.packets.push(...late);
    play.deliver();
    expect(play.roles).toMatchObject({ a: "follower", b: "candidate" });
    play.timeout(a);
    play.timeout(a);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower" });
    expect(play.log(b).lastIndex).toBe(play.log(a).lastIndex);
  });

  test("FuzzyLeadershipTransfer: leadership goes round, with an entry in between", () => {
    const play = elected(a, b, c);
    const round = [b, c, a, c, b, a] as const;
    let lead: NodeId = a;
    for (const target of round) {
      play.propose(lead, `before ${target}`);
      play.event(lead, transferTo(target));
      play.deliver();
      expect(play.state(target).role.type).toBe("leader");
      lead = target;
    }
    expect(play.state(a).commit).toBe(play.log(a).lastIndex);
  });

  test("LeaderTransferReceiveHigherTermVote: another server that wins meanwhile ends it", () => {
    const play = elected(a, b, c);
    play.partition([b, c]);
    play.event(a, transferTo(b));
    play.deliver();
    play.silence(b, c);
    play.timeout(c);
    play.heal();
    play.heartbeat(c);
    expect(play.roles).toEqual({ a: "follower", b: "follower", c: "leader" });
    expect(play.told(a)).toEqual([transferEnded(b)]);
  });

  test("LeaderTransferWithCheckQuorum: votes that are withheld from others are given to the target", () => {
    const play = new Script({ voters: [a, b, c], preVote: false });
    play.timeout(a);
    play.timeout(b);
    expect(play.roles).toEqual({ a: "leader", b: "candidate", c: "follower" });
    play.heartbeat(a);
    play.timeout(a);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower" });
    play.event(a, transferTo(b));
    play.deliver();
    expect(play.roles).toEqual({ a: "follower", b: "leader", c: "follower" });
  });
});
