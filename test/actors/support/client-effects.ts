/** What a client sends, and how its proposals end, as plain values. */
import { expect } from "vitest";
import type { Client, ClientEffect } from "../../../packages/actors/src/client/client.ts";
import { spread } from "../../../packages/actors/src/client/client-effect.ts";
import { encodeCommand } from "../../../packages/actors/src/sessions/command.ts";
import { decode } from "../../../packages/actors/src/bytes/codec.ts";
import { n2 } from "./actors.ts";
import { newClient, sequencesOf } from "./client-model.ts";

export const OK = Uint8Array.of(1);

/** A client's effects, with commands as sequence numbers. An opening command before them is left out. */
export function readable(effects: readonly ClientEffect[]): unknown[] {
  return spread(effects).map((effect) => {
    switch (effect.type) {
      case "settle":
        return { settled: effect.sequence, as: effect.end.type };
      case "settleRead":
        return { read: effect.read, as: effect.end.type };
      case "send":
        return { to: effect.to, parcel: effect.parcel, of: sequencesOf(effect.commands) };
      case "sendRead": {
        const { to, parcel, consistency, questions } = effect;
        return { to, parcel, consistency, asks: questions.map(decode) };
      }
      default:
        throw new Error("a range was not spread");
    }
  });
}

/** How proposals ended, with the reason. */
export function reasons(effects: readonly ClientEffect[]): unknown[] {
  return spread(effects).flatMap((effect) => ("end" in effect ? [effect.end] : []));
}

/** A client that has sent proposals 1 and 2 to n2 as parcel 1 at time 0. */
export function sentClient(deadline = 1000): Client {
  const client = newClient();
  client.propose(encodeCommand("a"), deadline);
  client.propose(encodeCommand("b"), deadline);
  expect(readable(client.flush(0))).toEqual([{ to: n2, parcel: 1, of: [1, 2] }]);
  return client;
}
