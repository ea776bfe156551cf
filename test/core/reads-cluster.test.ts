import { describe, expect, test } from "vitest";
import { read, readReady, rejectRead } from "./support/reads.ts";
import { Script } from "./support/scripted-cluster.ts";
import {
  a,
  b,
  c,
  electionTimeout,
  heartbeatTimeout,
  propose,
  rejectProposal,
} from "./support/core.ts";

describe("6.4 among several servers", () => {
  test("a follower reads what was committed before it asked", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.propose(a, "x");
    play.event(c, read(7));
    play.deliver();
    expect(play.told(c)).toEqual([readReady(7, 2)]);
  });

  test("12: a leader in the minority answers no read, not even with late answers of the majority", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.event(a, heartbeatTimeout);
    play.deliver(({ from: sender }) => sender === a);
    const old = play.drop();
    play.partition([b, c]);
    play.silence(b, c);
    play.timeout(b);
    play.propose(b, "newer");
    play.event(a, read(7));
    play.deliver();
    play.heal();
    play.packets.push(...old);
    play.deliver(({ to }) => to === a);
    expect(play.told(a)).toEqual([]);
    play.partition([b, c]);
    play.heartbeat(a, 4);
    expect(play.told(a)).toEqual([rejectRead(7)]);
  });

  test("MsgReadIndex, read-only-option-safe: reads at all servers at once", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.propose(a, "x");
    for (const [at, id] of [a, b, c].entries()) play.event(id, read(at));
    play.deliver();
    expect([a, b, c].map((id) => play.told(id).at(-1))).toEqual(
      [0, 1, 2].map((id) => readReady(id, 2)),
    );
  });

  test("a read that is never answered leaves nothing behind at a leader that is deposed and elected again", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.partition([b, c]);
    play.event(a, read(7));
    play.heartbeat(a, 4);
    play.heal();
    play.drop();
    play.timeout(a);
    play.silence(b, c);
    play.timeout(a);
    expect(play.roles).toMatchObject({ a: "leader" });
    expect(play.told(a)).toEqual([rejectRead(7)]);
    expect(play.state(a).role).toMatchObject({ reads: [] });
  });

  test("a read that arrives before a new leader has committed sees everything that was committed", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.partition([a, b]);
    play.propose(a, "x");
    play.heal();
    play.stop(a);
    play.silence(b, c);
    play.event(b, electionTimeout);
    play.deliver(({ message }) => message.type !== "appendEntries");
    expect(play.roles).toMatchObject({ b: "leader" });
    play.event(b, read(7));
    play.event(b, propose("y"));
    play.deliver();
    expect(play.told(b)).toContainEqual(readReady(7, 4));
    expect(play.told(b)).not.toContainEqual(rejectProposal("busy", b));
  });
});
