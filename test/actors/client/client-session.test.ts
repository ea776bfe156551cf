/** The session of a client: opened with its first commands, and replaced when it has ended (dissertation 6.3). */
import { index } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Client, type ClientEffect } from "../../../packages/actors/src/client/client.ts";
import {
  encodeCommand,
  openingCommand,
  sessionOf,
} from "../../../packages/actors/src/sessions/command.ts";
import { eachCommand } from "../../../packages/actors/src/sessions/run.ts";
import { expiredResult } from "../../../packages/actors/src/sessions/result.ts";
import { CLIENT, n1, n3, NODES } from "../support/actors.ts";
import { answers } from "../support/answers.ts";
import { newClient, TIMES } from "../support/client-model.ts";
import { OK, readable, sentClient } from "../support/client-effects.ts";

/** The commands in the parcels, as session and sequence number: 0 opens the session. */
function headersOf(effects: readonly ClientEffect[]): string[] {
  const commands = effects.flatMap((effect) => (effect.type === "send" ? effect.commands : []));
  return commands.flatMap(eachCommand).map(({ client, sequence }) => `${client}/${sequence}`);
}

describe("the session (dissertation 6.3)", () => {
  const SECOND = sessionOf(CLIENT, 1);
  const sent = (client: Client, ...payloads: readonly string[]): readonly ClientEffect[] => {
    for (const payload of payloads) client.propose(encodeCommand(payload), 1000);
    return client.flush(0);
  };

  test("is opened by a command before the first others, in each parcel until one of them is answered", () => {
    const client = newClient();
    expect(headersOf(sent(client, "a", "b"))).toEqual(["7/0", "7/1", "7/2"]);
    expect(headersOf(sent(client, "c"))).toEqual(["7/0", "7/3"]);
    client.answered(answers([2], [OK]), 0);
    expect(headersOf(sent(client, "d"))).toEqual(["7/4"]);
  });

  test("expired: a command attempted once is proposed under a new session, opened at the log's known index", () => {
    const client = newClient();
    sent(client, "a", "b");
    client.answered(answers([2], [OK]), 0);
    sent(client, "c");
    const expired = expiredResult(CLIENT, index(2 ** 32 + 5));
    const again = client.answered(answers([1, 3], [expired, expired]), 0);
    expect(headersOf(again)).toEqual([`${SECOND}/0`, `${SECOND}/1`, `${SECOND}/3`]);
    expect(again).toMatchObject([{ commands: [openingCommand(SECOND, 5), {}, {}] }]);
    expect(readable(client.answered(answers([1], [OK]), 0))).toEqual([
      { settled: 1, as: "answered" },
    ]);
    expect(headersOf(sent(client, "d"))).toEqual([`${SECOND}/4`]);
  });

  test("expired: a command that an earlier attempt may have applied ends as unknown, with the reason", () => {
    const client = sentClient();
    client.leaderIs(n3, 0);
    const effects = client.answered(answers([1], [expiredResult(CLIENT, index(9))]), 0);
    expect(effects).toEqual([
      {
        type: "settle",
        sequence: 1,
        end: {
          type: "unknown",
          reason: "its session has ended, and an earlier attempt may have been applied",
        },
      },
    ]);
    // The other one may be in a log with its header, so it is sent unchanged.
    expect(headersOf(client.leaderIs(n1, 1))).toEqual([`${SECOND}/0`, "7/2"]);
  });

  test("a command that all nodes rejected is sent under the new session", () => {
    const client = newClient();
    sent(client, "a");
    sent(client, "b");
    client.refused(1, "notLeader", undefined, 0);
    client.answered(answers([2], [expiredResult(CLIENT, index(9))]), 0);
    expect(headersOf(client.tick(10))).toEqual([`${SECOND}/0`, `${SECOND}/1`, `${SECOND}/2`]);
  });

  test("a duplicate answer does not count for the next attempt, nor for the next session", () => {
    const client = newClient();
    sent(client, "a");
    const expired = expiredResult(CLIENT, index(9));
    expect(headersOf(client.answered(answers([1], [expired]), 0))).toEqual([
      `${SECOND}/0`,
      `${SECOND}/1`,
    ]);
    expect(client.answered(answers([1], [expired]), 0)).toEqual([]);
    expect(headersOf(sent(client, "b"))).toEqual([`${SECOND}/0`, `${SECOND}/2`]);
  });

  test("a late answer to a command of the old session does not mean that the new one is open", () => {
    const client = newClient();
    sent(client, "a", "b");
    client.answered(answers([2], [expiredResult(CLIENT, index(9))]), 0);
    client.answered(answers([1], [OK]), 0);
    expect(headersOf(sent(client, "c"))).toEqual([`${SECOND}/0`, `${SECOND}/3`]);
  });

  test("the bytes that were sent under the old one stay as they were", () => {
    const client = newClient();
    client.propose(encodeCommand("a"), 1000);
    const [first] = client.flush(0);
    const [command] = first?.type === "send" ? first.commands.slice(1) : [];
    const before = [...(command ?? [])];
    client.answered(answers([1], [expiredResult(CLIENT, index(9))]), 0);
    expect(before).not.toEqual([]);
    expect([...(command ?? [])]).toEqual(before);
  });

  test("a client's number has the lower 40 bits of a session's number, and counts its sessions in the rest", () => {
    const client = new Client(2 ** 40 * 3 + CLIENT, NODES, TIMES);
    expect(headersOf(sent(client, "a"))).toEqual(["7/0", "7/1"]);
  });
});
