/** A follower whose log was damaged holds less than it promised, under a leader that remembers the promise. */
import { describe, expect, test } from "vitest";
import { appendRejected, b, env, from, leader, probe, replicating, run } from "./support/core.ts";

const at = env({ log: [1, 1, 1, 1, 1] });
const leading = (progress: ReturnType<typeof replicating>) =>
  leader({
    term: 1,
    commit: 5,
    durable: 5,
    round: 4,
    progress: { b: progress, c: replicating(6, { round: 3 }) },
  });

describe("a rejection of what the follower had accepted (Alagappan et al., FAST '18: a log that is repaired)", () => {
  test("in a later round than any it answered means that it lost the entries: the leader goes back and stops counting it", () => {
    const lost = appendRejected(1, { prevIndex: 5, conflictIndex: 3, round: 4 });
    const { state } = run(at, leading(replicating(6, { round: 3 })), from(b, lost));
    expect(state).toEqual(leading(probe(3, { round: 4 })));
  });

  test("also when the leader was probing for the meeting point", () => {
    const lost = appendRejected(1, { prevIndex: 5, conflictIndex: 3, round: 4 });
    const asking = probe(6, { match: 5, waiting: true, round: 3 });
    const { state } = run(at, leading(asking), from(b, lost));
    expect(state).toEqual(leading(probe(3, { round: 4 })));
  });

  test("in a round that it had answered is late, and means nothing", () => {
    const late = appendRejected(1, { prevIndex: 5, conflictIndex: 3, round: 3 });
    const before = leading(replicating(6, { round: 3 }));
    expect(run(at, before, from(b, late)).state).toEqual(before);
  });
});
