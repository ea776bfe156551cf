/** Proposals that a node cannot accept: rejected with a reason, or forwarded to its leader (pitfall 29). */
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import {
  bench,
  CLIENT,
  commandOf,
  letter,
  n1,
  n2,
  n3,
  opening,
  proposal,
  raft,
  timeout,
  turn,
} from "../support/actors.ts";
import { appendAccepted, appendEntries, hardState } from "../../core/support/core.ts";
import { establishedBench, followingBench } from "../support/settled-benches.ts";

const client = clientAddress(CLIENT);

describe("proposals that are rejected (pitfall 29)", () => {
  test.each([
    ["a follower that knows no leader", bench()],
    ["a candidate", ((at) => (timeout(at), at))(bench())],
  ])("%s rejects them", (_title, at) => {
    const { early, written } = turn(
      at,
      proposal(4, commandOf(1, "a"), commandOf(2, "b")),
      letter(clientAddress(8), {
        type: "propose",
        id: 9,
        commands: [commandOf(1, "x", { client: 8 })],
      }),
    );
    expect(early).toEqual([
      { to: client, refused: 4, reason: "notLeader", leader: undefined },
      { to: clientAddress(8), refused: 9, reason: "notLeader", leader: undefined },
    ]);
    expect(written).toEqual(["sync"]);
  });

  test("a follower forwards them to its leader, each parcel once", () => {
    const { early, written } = turn(
      followingBench(),
      proposal(4, commandOf(1, "a")),
      proposal(5, commandOf(2, "b")),
    );
    expect(early).toEqual([
      { to: n2, forward: 4, client },
      { to: n2, forward: 5, client },
    ]);
    expect(written).toEqual(["sync"]);
  });

  test("forwarded ones are rejected: two nodes could send them back and forth", () => {
    const commands = [commandOf(1, "a")];
    const forward = letter(n3, { type: "forward", client, id: 4, commands });
    expect(turn(followingBench(), forward).early).toEqual([
      { to: client, refused: 4, reason: "notLeader", leader: n2 },
    ]);
  });

  test("a leader accepts forwarded ones, and answers the client itself", () => {
    const at = establishedBench();
    const commands = [opening(), commandOf(1, "a")];
    turn(at, letter(n3, { type: "forward", client, id: 4, commands }));
    expect(turn(at, raft(n2, appendAccepted(1, 3))).answers).toEqual([
      { to: client, answers: { 1: { type: "ok", value: 1 } } },
    ]);
  });

  test("a leader with too much uncommitted is busy, and one that hands over says so", () => {
    const at = establishedBench({ maxUncommittedBytes: 1 });
    turn(at, proposal(1, commandOf(1, "a")));
    expect(turn(at, proposal(2, commandOf(2, "b"))).early).toEqual([
      { to: client, refused: 2, reason: "busy", leader: n1 },
    ]);
    turn(at, { type: "order", event: { type: "transfer", target: n3 } });
    expect(turn(at, proposal(3, commandOf(2, "b"))).early).toEqual([
      { to: client, refused: 3, reason: "transferring", leader: n1 },
    ]);
  });

  test("a leader deposed in the same turn accepts none: mail comes before proposals", () => {
    const at = establishedBench();
    const deposed = turn(at, proposal(4, commandOf(1, "a")), raft(n3, appendEntries(2)));
    expect(deposed.early).toEqual([{ to: n3, forward: 4, client }]);
    expect(deposed.written).toEqual([{ hard: hardState(2) }, "flush", "sync"]);
    expect(at.actor.log.lastIndex).toBe(1);
  });
});
