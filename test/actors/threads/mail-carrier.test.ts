import { nodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import {
  CarriedMail,
  type MailCarrier,
} from "../../../packages/actors/src/threads/mail-carrier.ts";
import type { Envelope } from "../../../packages/actors/src/mail/protocol.ts";

function letter(text: string): Envelope {
  const bytes = new Uint8Array(new TextEncoder().encode(text));
  return { to: nodeId("n2"), from: nodeId("n1"), incarnation: 1, bytes };
}

/** Letters that arrive through a carrier. Their buffers are detached, as when a thread receives them. */
function carriedBy(carry: MailCarrier) {
  const arrived: string[] = [];
  const mail = new CarriedMail(carry, ({ bytes }) => {
    arrived.push(new TextDecoder().decode(bytes));
    structuredClone(bytes, { transfer: [bytes.buffer] });
  });
  return { mail, arrived };
}

test("a letter may be delivered at once", () => {
  const { mail, arrived } = carriedBy((sent, deliver) => deliver(sent));
  mail.send(letter("ahoy"));
  expect(arrived).toEqual(["ahoy"]);
});

test("a letter may be lost", () => {
  const { mail, arrived } = carriedBy(() => undefined);
  mail.send(letter("ahoy"));
  expect(arrived).toEqual([]);
});

test("each copy has its own bytes, even if the previous one was detached", () => {
  const { mail, arrived } = carriedBy((sent, deliver) => {
    deliver(sent);
    deliver(sent);
  });
  mail.send(letter("ahoy"));
  expect(arrived).toEqual(["ahoy", "ahoy"]);
});

test("a letter may be delivered later, but not after closing", () => {
  const held: (() => void)[] = [];
  const { mail, arrived } = carriedBy((sent, deliver) => held.push(() => deliver(sent)));
  mail.send(letter("one"));
  mail.send(letter("two"));
  const [one, two] = held;
  two?.();
  mail.close();
  one?.();
  expect(arrived).toEqual(["two"]);
});
