/** People choose node ids: no id has a special meaning to the core. */
import { initialMembership, nodeId, uidOf } from "@kontiki/core";
import { expect, test } from "vitest";
import { a, env, follower, from, requestVote, run, send, voteReply } from "./support/core.ts";

const constructor = nodeId("constructor");

test("a server may be named like a property of every object: its disk is still the first one", () => {
  expect(uidOf(initialMembership([a, constructor]), constructor)).toBe(0);
});

test("and it is elected like any other server", () => {
  const at = env({ id: constructor, voters: [a, constructor] });
  const asked = run(at, follower({ term: 1 }), { type: "electionTimeout" });
  expect(asked.effects.at(-1)).toEqual(send(a, requestVote(2)));
  const voter = run(
    env({ voters: [a, constructor] }),
    follower({ term: 1 }),
    from(constructor, requestVote(2)),
  );
  expect(voter.effects.at(-1)).toEqual(send(constructor, voteReply(2, true)));
});
