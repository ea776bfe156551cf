import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Cluster, until } from "./support/cluster.ts";
import {
  a,
  appendAccepted,
  b,
  c,
  candidate,
  commit,
  d,
  durable,
  e,
  electionTimeout,
  entries,
  env,
  follower,
  from,
  hardState,
  heartbeatTimeout,
  leader,
  noop,
  propose,
  replicating,
  termsOf,
  voteReply,
} from "./support/core.ts";

describe("§5.4.2 committing entries from previous terms", () => {
  test.each([
    ["entries of an older term on a majority are not committed", 1, 0],
    ["not even the last of them", 2, 0],
    ["an entry of this term is, and so are all before it", 3, 3],
  ])("LeaderOnlyCommitsLogFromCurrentTerm: %s", (_title, match, committed) => {
    const progress = { b: replicating(4, { match: 0 }), c: replicating(4, { match: 0 }) };
    const state = leader({ term: 3, durable: 3, progress });
    expect(step(env({ log: [1, 2, 3] }), state, from(b, appendAccepted(3, match)))).toEqual({
      state: leader({
        term: 3,
        durable: 3,
        commit: committed,
        progress: { ...progress, b: replicating(4, { match }) },
      }),
      effects: committed === 0 ? [] : [commit(committed)],
    });
  });

  /** Figure 8 at (b): S1 and S2 hold an entry of term 2, S5 one of term 3 in its place. */
  const [s1, s2, s3, s4, s5] = [a, b, c, d, e];
  const figure8 = () =>
    new Cluster({
      voters: [s1, s2, s3, s4, s5],
      maxAppendBytes: 1,
      maxInflight: 1,
      disks: {
        [s1]: { hard: hardState(3), log: [1, 2] },
        [s2]: { hard: hardState(3), log: [1, 2] },
        [s3]: { hard: hardState(3, s5), log: [1] },
        [s4]: { hard: hardState(3, s5), log: [1] },
        [s5]: { hard: hardState(3, s5), log: [1, 3] },
      },
    });

  /** (c): S1 leads term 4 and replicates the entry of term 2 to S3, which makes a majority, and to no other server. */
  const untilC = () => {
    const cluster = figure8();
    cluster.crash(s5);
    cluster.event(s1, electionTimeout);
    cluster.sync(s1);
    until(
      () => cluster.leader() === s1,
      () => {
        cluster.deliver(0);
        for (const id of [s2, s3, s4]) cluster.sync(id);
      },
    );
    cluster.partition([s1, s2, s3]);
    cluster.sync(s1);
    until(
      () => cluster.log(s3).lastIndex === 2,
      () => {
        cluster.sync(s3);
        cluster.deliver(
          cluster.packets.findIndex(({ from: sender, to }) => [sender, to].includes(s3)),
        );
      },
    );
    cluster.sync(s3);
    cluster.deliver(cluster.packets.findIndex(({ from: sender }) => sender === s3));
    return cluster;
  };

  test("Figure 8 (c): the entry of term 2 is on a majority and not committed", () => {
    const cluster = untilC();
    expect([s1, s2, s3].map((id) => termsOf(cluster.log(id)))).toEqual([
      [1, 2, 4],
      [1, 2],
      [1, 2],
    ]);
    expect(cluster.state(s1).commit).toBe(0);
  });

  test("Figure 8 (d): if S1 crashes now, S5 may lead and overwrite the entry of term 2", () => {
    const cluster = untilC();
    cluster.crash(s1);
    cluster.packets.length = 0;
    cluster.heal();
    cluster.restart(s5);
    cluster.campaign(s5);
    cluster.campaign(s5);
    expect(cluster.leader()).toBe(s5);
    expect([s2, s3, s4, s5].map((id) => termsOf(cluster.log(id)))).toEqual(
      [1, 2, 3, 4].map(() => [1, 3, 5]),
    );
    expect(cluster.committed.map((each) => each.term)).toEqual([1, 3, 5]);
    cluster.converge();
  });

  test("Figure 8 (e): once an entry of term 4 is on a majority, S5 cannot win", () => {
    const cluster = untilC();
    cluster.heartbeat();
    cluster.heartbeat();
    expect(cluster.committed.map((each) => each.term)).toEqual([1, 2, 4]);
    cluster.crash(s1);
    cluster.heal();
    cluster.restart(s5);
    for (let tries = 0; tries < 3; tries += 1) cluster.campaign(s5);
    expect(cluster.leader()).toBeUndefined();
    cluster.converge();
    expect(cluster.committed.slice(0, 3).map((each) => each.term)).toEqual([1, 2, 4]);
  });
});

describe("§5.4.3 safety argument: a leader holds what was committed before it", () => {
  test("Leader Completeness: a candidate that lacks a committed entry is rejected by a server of every majority", () => {
    const cluster = new Cluster({ voters: [a, b, c, d, e] });
    cluster.campaign(a);
    cluster.partition([a, b, c]);
    cluster.propose(a, "x");
    cluster.partition([c, d, e]);
    for (let tries = 0; tries < 3; tries += 1) {
      cluster.campaign(d);
      cluster.campaign(e);
    }
    expect(cluster.state(d).role.type).not.toBe("leader");
    expect(cluster.state(e).role.type).not.toBe("leader");
    cluster.campaign(c);
    expect(cluster.leader()).toBe(c);
    expect(termsOf(cluster.log(e)).slice(0, 2)).toEqual([1, 1]);
  });

  test("rejoin: a deposed leader's uncommitted entries are replaced by the committed ones", () => {
    const cluster = new Cluster({ voters: [a, b, c] });
    cluster.campaign(a);
    cluster.partition([a], [b, c]);
    cluster.propose(a, "lost", "lost too");
    cluster.campaign(b);
    cluster.propose(b, "kept");
    cluster.heal();
    cluster.heartbeat();
    cluster.heartbeat();
    expect(termsOf(cluster.log(a))).toEqual([1, 2, 2]);
    expect(cluster.sometimes).toMatchObject({ deposed: 1, truncated: 1 });
    cluster.converge();
  });
});

describe("§8 client interaction: a no-op at the start of a term", () => {
  test("a new leader commits the entries of older terms without waiting for a client", () => {
    const cluster = new Cluster({
      voters: [a, b, c],
      disks: { a: { hard: hardState(1), log: [1, 1] }, b: { hard: hardState(1), log: [1, 1] } },
    });
    cluster.campaign(a);
    expect(cluster.committed).toEqual([...entries([1, 1]), noop(3, 2)]);
  });

  test("without it, the first command of the term commits them", () => {
    const cluster = new Cluster({
      voters: [a, b, c],
      noop: false,
      disks: { a: { hard: hardState(1), log: [1, 1] }, b: { hard: hardState(1), log: [1, 1] } },
    });
    cluster.campaign(a);
    expect(cluster.committed).toEqual([]);
    cluster.propose(a, "x");
    expect(cluster.committed.map((each) => each.term)).toEqual([1, 1, 2]);
    const { effects } = step(
      env({ noop: false }),
      candidate({ term: 1 }),
      from(b, voteReply(1, true)),
    );
    expect(effects.map((effect) => effect.type)).not.toContain("appendLog");
  });
});

describe("Figure 2: what a server keeps across a crash", () => {
  test("persist: term, vote and log survive; role and commit index are learned again", () => {
    const cluster = new Cluster({ voters: [a, b, c] });
    cluster.campaign(a);
    cluster.propose(a, "x");
    for (const id of cluster.ids) cluster.crash(id);
    for (const id of cluster.ids) cluster.restart(id);
    expect(cluster.state(a)).toEqual(follower({ term: 1, votedFor: a, durable: 2 }));
    expect(cluster.state(b)).toEqual(follower({ term: 1, votedFor: a, durable: 2 }));
    cluster.converge();
    expect(cluster.committed).toHaveLength(3);
  });

  test("persist: a leader that lost unsynced entries gets them back from the others", () => {
    const cluster = new Cluster({ voters: [a, b, c] });
    cluster.campaign(a);
    cluster.event(a, propose("x"));
    for (const id of [b, c]) {
      cluster.deliver(0);
      cluster.sync(id);
    }
    until(
      () => cluster.packets.length === 0,
      () => cluster.deliver(0),
    );
    expect(cluster.state(a).commit).toBe(2);
    cluster.crash(a);
    cluster.restart(a);
    expect(termsOf(cluster.log(a))).toEqual([1]);
    expect(cluster.sometimes).toMatchObject({ committedBeforeOwnDisk: 1, lostUnsynced: 1 });
    cluster.converge();
    expect(termsOf(cluster.log(a)).slice(0, 2)).toEqual([1, 1]);
  });

  test("recover_after_kill: a single server commits its old log again", () => {
    const cluster = new Cluster({ voters: [a] });
    cluster.campaign(a);
    cluster.propose(a, "x");
    cluster.crash(a);
    cluster.restart(a);
    expect(cluster.state(a).commit).toBe(0);
    cluster.campaign(a);
    expect(cluster.state(a).commit).toBe(3);
    expect(termsOf(cluster.log(a))).toEqual([1, 1, 2]);
  });

  test("a single server commits as soon as its log is durable", () => {
    const state = leader({ term: 1, progress: {} });
    expect(step(env({ voters: [a], log: [1] }), state, durable(1, 1))).toEqual({
      state: leader({ term: 1, commit: 1, durable: 1, progress: {} }),
      effects: [commit(1)],
    });
  });

  test("a heartbeat of the leader brings the commit index to a restarted server", () => {
    const cluster = new Cluster({ voters: [a, b, c] });
    cluster.campaign(a);
    cluster.crash(b);
    cluster.restart(b);
    expect(cluster.state(b).commit).toBe(0);
    cluster.event(a, heartbeatTimeout);
    cluster.settle();
    expect(cluster.state(b).commit).toBe(1);
  });
});
