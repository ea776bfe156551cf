import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Cluster, until } from "./support/cluster.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  appendRejected,
  b,
  c,
  commit,
  durable,
  entries,
  entry,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  noop,
  probe,
  propose,
  replicate,
  replicating,
  resetHeartbeatTimer,
  run,
  send,
} from "./support/core.ts";

describe("dissertation 10.2.1: writing to the leader's disk in parallel", () => {
  test("the leader counts itself up to its last durable entry, not up to the end of its log", () => {
    const state = leader({
      term: 1,
      durable: 1,
      progress: { b: replicating(4, { match: 2 }), c: replicating(4, { match: 0 }) },
    });
    const setup = env({ log: [1, 1, 1] });
    const acked = step(setup, state, from(b, appendAccepted(1, 3)));
    expect(acked.effects).toEqual([commit(1)]);
    expect(step(setup, acked.state, durable(2, 1)).effects).toEqual([commit(2)]);
  });

  test("followers alone may be the majority: an entry is committed before the leader's own disk has it", () => {
    const state = leader({
      term: 1,
      progress: { b: replicating(2), c: replicating(2, { match: 0 }) },
    });
    const { state: after, effects } = step(env({ log: [1] }), state, from(c, appendAccepted(1, 1)));
    expect({ state: after, effects }).toEqual({
      state: leader({
        term: 1,
        commit: 1,
        progress: { b: replicating(2), c: replicating(2) },
      }),
      effects: [commit(1)],
    });
  });

  test("durable only moves forward, and only a leader commits by it", () => {
    const setup = env({ log: [1, 1] });
    const state = follower({ term: 1, leader: b, durable: 1 });
    expect(step(setup, state, durable(2, 1))).toEqual({
      state: follower({ term: 1, leader: b, durable: 2 }),
      effects: [],
    });
    expect(step(setup, follower({ term: 1, durable: 2 }), durable(1, 1)).state.durable).toBe(2);
  });
});

describe("dissertation 10.2.2: batching and pipelining", () => {
  const other = { c: replicating(7, { match: 0 }) };
  const full = [1, 1, 1, 1, 1, 1];

  test("sends without waiting for answers, up to the window and to the bytes of a message", () => {
    const setup = env({ log: full, maxAppendBytes: 6, maxInflight: 2 });
    const state = leader({ term: 1, progress: { b: replicating(1), ...other } });
    expect(step(setup, state, replicate)).toEqual({
      state: leader({
        term: 1,
        progress: { b: replicating(5, { match: 0, inflight: [2, 4] }), ...other },
      }),
      effects: [
        send(b, appendEntries(1, { entries: entries([1, 1]) })),
        send(b, appendEntries(1, { after: [2, 1], entries: entries([1, 1], 3) })),
      ],
    });
  });

  test("sends nothing more once this many bytes are unanswered, however few messages they are", () => {
    const setup = env({ log: full, maxAppendBytes: 3, maxInflightBytes: 6 });
    const state = leader({ term: 1, progress: { b: replicating(1), ...other } });
    const filled = { b: replicating(3, { match: 0, inflight: [1, 2] }), ...other };
    const sent = step(setup, state, replicate);
    expect(sent.state).toEqual(leader({ term: 1, progress: filled }));
    expect(step(setup, sent.state, replicate).effects).toEqual([]);
    const answered = run(setup, sent.state, from(b, appendAccepted(1, 1)), replicate);
    expect(answered.effects).toEqual([
      send(b, appendEntries(1, { after: [2, 1], entries: entries([1], 3) })),
    ]);
  });

  test("an answer makes room for the next message", () => {
    const setup = env({ log: full, maxAppendBytes: 6, maxInflight: 2 });
    const state = leader({
      term: 1,
      progress: { b: replicating(5, { match: 0, inflight: [2, 4] }), ...other },
    });
    const after = run(setup, state, from(b, appendAccepted(1, 2)), replicate);
    expect({ state: after.state, effects: after.effects }).toEqual({
      state: leader({
        term: 1,
        progress: { b: replicating(7, { match: 2, inflight: [4, 6] }), ...other },
      }),
      effects: [send(b, appendEntries(1, { after: [4, 1], entries: entries([1, 1], 5) }))],
    });
  });

  test("an entry larger than a message is sent alone", () => {
    const setup = env({ log: [1, 1], maxAppendBytes: 1 });
    const state = leader({ term: 1, progress: { b: replicating(1), c: replicating(3) } });
    expect(step(setup, state, replicate).effects).toEqual([
      send(b, appendEntries(1, { entries: entries([1]) })),
      send(b, appendEntries(1, { after: [1, 1], entries: entries([1], 2) })),
    ]);
  });

  test("a heartbeat is sent even when the window is full: it carries no entries", () => {
    const setup = env({ log: full, maxInflight: 1 });
    const state = leader({
      term: 1,
      progress: { b: replicating(3, { match: 0, inflight: [2] }), ...other },
    });
    expect(run(setup, state, heartbeatTimeout, replicate).effects).toEqual([
      resetHeartbeatTimer,
      send(b, appendEntries(1, { after: [2, 1], round: 1 })),
      send(c, appendEntries(1, { after: [6, 1], round: 1 })),
    ]);
  });

  test("probe_and_replicate: one probe at a time until the logs have met, then everything that is missing", () => {
    const setup = env({ log: [1, 2, 2] });
    const asked = step(
      setup,
      leader({ term: 2, progress: { b: probe(2), c: replicating(4) } }),
      replicate,
    );
    const question = send(b, appendEntries(2, { after: [1, 1] }));
    expect(asked.effects).toEqual([question]);
    expect(step(setup, asked.state, replicate).effects).toEqual([]);
    const met = run(setup, asked.state, from(b, appendAccepted(2, 1)), replicate);
    expect(met.state).toEqual(
      leader({
        term: 2,
        progress: { b: replicating(4, { match: 1, inflight: [3] }), c: replicating(4) },
      }),
    );
    expect(met.effects).toEqual([
      send(b, appendEntries(2, { after: [1, 1], entries: entries([2, 2], 2) })),
    ]);
  });

  test("a late acceptance of less than the probe asked does not end the probing", () => {
    const progress = { b: probe(4, { waiting: true }), c: replicating(4) };
    const state = leader({ term: 1, commit: 3, durable: 3, progress });
    const setup = env({ log: [1, 1, 1] });
    expect(run(setup, state, from(b, appendAccepted(1, 1)), replicate)).toMatchObject({
      state: leader({
        term: 1,
        commit: 3,
        durable: 3,
        progress: {
          b: probe(4, { match: 1, waiting: true }),
          c: replicating(4),
        },
      }),
      effects: [],
    });
  });

  test("heartbeat_resp_recovers_from_probing: a lost probe is repeated with the heartbeat", () => {
    const state = leader({
      term: 1,
      progress: { b: probe(2, { waiting: true }), c: replicating(2) },
    });
    const { effects } = step(env({ log: [1] }), state, heartbeatTimeout);
    expect(effects).toContainEqual(send(b, appendEntries(1, { after: [1, 1], round: 1 })));
  });

  test("lost entries are noticed when a heartbeat is rejected, and sent again", () => {
    const setup = env({ log: [1, 1, 1] });
    const state = leader({
      term: 1,
      progress: {
        b: replicating(4, { match: 1, inflight: [3] }),
        c: replicating(4, { match: 0 }),
      },
    });
    const refused = from(b, appendRejected(1, { prevIndex: 3, conflictIndex: 2 }));
    const after = run(setup, state, refused, replicate, from(b, appendAccepted(1, 1)), replicate);
    expect(after.effects).toEqual([
      send(b, appendEntries(1, { after: [1, 1] })),
      send(b, appendEntries(1, { after: [1, 1], entries: entries([1, 1], 2) })),
    ]);
  });

  test("LogReplicationWithReorderedMessage: entries that overtake each other all arrive", () => {
    const cluster = new Cluster({ voters: [a, b], maxAppendBytes: 1, maxInflight: 8 });
    cluster.campaign(a);
    cluster.event(a, propose("x", "y", "z"));
    cluster.packets.reverse();
    cluster.settle();
    cluster.heartbeat();
    expect(cluster.log(b).lastIndex).toBe(4);
    expect(cluster.state(b).commit).toBe(4);
    expect(cluster.sometimes.truncated).toBe(0);
  });

  test("lagging_commit: a new commit index travels with the next entries or heartbeat, not alone", () => {
    const setup = env({ log: [1] });
    const progress = { b: replicating(2), c: replicating(2) };
    const state = leader({ term: 1, commit: 1, progress });
    expect(step(setup, state, replicate)).toEqual({ state, effects: [] });
    const beat = appendEntries(1, { after: [1, 1], commit: 1, round: 1 });
    expect(step(setup, state, heartbeatTimeout)).toEqual({
      state: leader({ term: 1, commit: 1, round: 1, progress }),
      effects: [resetHeartbeatTimer, send(b, beat), send(c, beat)],
    });
    const proposed = run(setup, state, propose("x"), replicate);
    expect(proposed.effects).toContainEqual(
      send(b, appendEntries(1, { after: [1, 1], entries: [entry(2, 1, "x")], commit: 1 })),
    );
  });

  test("many proposals of one turn are sent in one message", () => {
    const setup = env({ log: [1] });
    const state = leader({ term: 1, progress: { b: replicating(2), c: replicating(2) } });
    const { effects } = run(setup, state, propose("x"), propose("y"), replicate);
    const content = [entry(2, 1, "x"), entry(3, 1, "y")];
    expect(effects.filter((effect) => effect.type === "send")).toEqual([
      send(b, appendEntries(1, { after: [1, 1], entries: content })),
      send(c, appendEntries(1, { after: [1, 1], entries: content })),
    ]);
  });

  test("count: an idle cluster sends heartbeats and answers, and nothing else", () => {
    const cluster = new Cluster({ voters: [a, b, c] });
    cluster.campaign(a);
    cluster.heartbeat();
    let packets = 0;
    cluster.event(a, heartbeatTimeout);
    until(
      () => cluster.packets.length === 0,
      () => {
        packets += 1;
        cluster.deliver(0);
        for (const id of cluster.ids) cluster.sync(id);
      },
    );
    expect(packets).toBe(4);
    expect(cluster.committed).toEqual([noop(1, 1)]);
  });
});
