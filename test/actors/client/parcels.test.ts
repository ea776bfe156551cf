/** Parcels of a client: which commands are sent together, in which order, and with which floor. */
import { describe, expect, test } from "vitest";
import type { ClientEffect } from "../../../packages/actors/src/client/client.ts";
import { encodeCommand } from "../../../packages/actors/src/sessions/command.ts";
import { decode } from "../../../packages/actors/src/bytes/codec.ts";
import type { Slice } from "../../../packages/actors/src/bytes/slice.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { eachCommand } from "../../../packages/actors/src/sessions/run.ts";
import { CLIENT, n1, n2 } from "../support/actors.ts";
import { answers } from "../support/answers.ts";
import { newClient } from "../support/client-model.ts";
import { OK, readable } from "../support/client-effects.ts";

/** The entries that a parcel would become: the session and number of each command, and its payload. */
function runsOf(effect: ClientEffect | undefined): string[] {
  if (effect?.type !== "send") return [];
  return effect.commands.map((command) =>
    eachCommand(command)
      .map(({ client, sequence, payload }) =>
        sequence === 0 ? `${client}/0` : `${client}/${sequence} ${String(decode(payload))}`,
      )
      .join(", "),
  );
}

describe("parcels", () => {
  const MIB = 1024 * 1024;
  const sized = (size: number): Slice => {
    return { bytes: new Uint8Array(4 + size), from: 4, to: 4 + size };
  };

  test.each([
    ["to the byte", [MIB - 100, 100, 16], [[1, 2], [3]]],
    ["one byte more", [MIB - 100, 101, 16], [[1], [2, 3]]],
    ["a larger command alone", [16, 3 * MIB, 16], [[1], [2], [3]]],
  ])("hold 1 MiB at most: %s", (_title, sizes, parcels) => {
    const client = newClient();
    for (const bytes of sizes) client.propose(sized(bytes), 1000);
    expect(readable(client.flush(0))).toEqual(
      parcels.map((of, at) => ({ to: n2, parcel: at + 1, of })),
    );
  });

  test("a rejection counts only for its own parcel", () => {
    const client = newClient();
    client.propose(sized(MIB), 1000);
    client.propose(sized(MIB), 1000);
    client.flush(0);
    client.refused(1, "notLeader", undefined, 0);
    expect(readable(client.tick(1000))).toEqual([
      { settled: 1, as: "definitelyNot" },
      { settled: 2, as: "unknown" },
    ]);
  });

  test("returned proposals are sent again in the order in which they were made", () => {
    const client = newClient();
    for (let count = 0; count < 3; count += 1) client.propose(sized(MIB), 1000);
    client.flush(0);
    client.propose(sized(16), 1000);
    client.refused(1, "notLeader", undefined, 0);
    client.busy(2, 0);
    client.refused(3, "notLeader", undefined, 0);
    expect(readable(client.tick(10))).toMatchObject([
      { of: [1] },
      { of: [2] },
      { of: [3] },
      { of: [4] },
    ]);
  });

  test("a repeat has the session and the number that it had, in whichever run it is (dissertation 6.3)", () => {
    const client = newClient();
    client.propose(encodeCommand("a"), 1000);
    const [first] = client.flush(0);
    client.propose(encodeCommand("b"), 1000);
    const [again] = client.leaderIs(n1, 1);
    expect([first, again].map(runsOf)).toEqual([
      [`${CLIENT}/0`, `${CLIENT}/1 a`],
      [`${CLIENT}/0`, `${CLIENT}/1 a, ${CLIENT}/2 b`],
    ]);
  });
});

describe("the floor: the client waits for nothing below it", () => {
  test("is the oldest proposal that has not ended whenever a command is sent", () => {
    const client = newClient();
    const sent: CommandBytes[] = [];
    const send = (): void => {
      for (const effect of client.flush(0))
        if (effect.type === "send") sent.push(...effect.commands);
    };
    const propose = (deadline: number): void => void client.propose(encodeCommand(0), deadline);
    const floorsOf = (commands: readonly CommandBytes[]): number[] =>
      commands.flatMap(eachCommand).flatMap(({ sequence, floor }) => (sequence > 0 ? [floor] : []));
    const floors = (): number[] => floorsOf(sent);
    [10, 20, 30].forEach(propose);
    send();
    client.answered(answers([2], [OK]), 0);
    propose(40);
    send();
    client.answered(answers([1], [OK]), 0);
    propose(50);
    send();
    client.tick(30);
    propose(60);
    send();
    expect(floors()).toEqual([1, 1, 1, 1, 3, 4]);
    // n1 has the fifth; the fourth and sixth went elsewhere, and go again.
    const repeats = client.leaderIs(n1, 30).flatMap((e) => (e.type === "send" ? e.commands : []));
    expect(floorsOf(repeats)).toEqual([4, 4]);
    expect(floors()).toEqual([1, 1, 1, 1, 3, 4]);
  });
});
