import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WireError } from "../../../packages/cli/src/udp/wire-reader.ts";
import {
  appendEntriesBytes,
  decodeDatagram,
  decodeValue,
  encodeDatagram,
  encodeValue,
  entryBytes,
} from "../../../packages/cli/src/udp/wire.ts";
import { datagrams, values } from "../support/udp/arbitraries.ts";
import { badVectors, vectors } from "../support/udp/vectors.ts";

describe("a datagram of the original", () => {
  test.each(vectors)("$name", ({ hex, datagram, trailing }) => {
    expect(decodeDatagram(Buffer.from(hex, "hex"))).toEqual(datagram);
    const encoded = Buffer.from(encodeDatagram(datagram)).toString("hex");
    expect(encoded).toBe(hex.slice(0, hex.length - 2 * trailing));
  });
});

describe("bytes that the original refuses", () => {
  test.each(badVectors)("$name", ({ hex }) => {
    expect(() => decodeDatagram(Buffer.from(hex, "hex"))).toThrow(WireError);
  });
});

test("a negative length of an id reads as an empty one, as in the original", () => {
  const hex = "ffffffffffffffff" + "01" + "0100000000000000" + "01";
  const message = { type: "RequestVoteResponse", term: 1n, voteGranted: true };
  expect(decodeDatagram(Buffer.from(hex, "hex"))).toEqual({ from: "", message });
});

test("an error has the position", () => {
  const bytes = Buffer.from("000000000000000161" + "07", "hex");
  expect(() => decodeDatagram(bytes)).toThrow("at 10: 7 is no kind of message");
});

test("every datagram is decoded from its bytes", () => {
  fc.assert(
    fc.property(datagrams, (datagram) => {
      expect(decodeDatagram(encodeDatagram(datagram))).toEqual(datagram);
    }),
  );
});

test("a datagram cut anywhere is refused", () => {
  fc.assert(
    fc.property(datagrams, fc.nat(), (datagram, cut) => {
      const bytes = encodeDatagram(datagram);
      expect(() => decodeDatagram(bytes.subarray(0, cut % bytes.length))).toThrow(WireError);
    }),
  );
});

test("every value is decoded from its bytes", () => {
  fc.assert(
    fc.property(values, (value) => {
      expect(decodeValue(encodeValue(value))).toEqual(value);
    }),
  );
});

test("the size of an AppendEntries is known before it is encoded", () => {
  fc.assert(
    fc.property(datagrams, ({ message }) => {
      if (message.type !== "AppendEntries") return;
      const { leaderId, entries } = message;
      const room = entries.map(({ value }) => entryBytes(value)).reduce((a, b) => a + b, 0);
      const { length } = encodeDatagram({ from: leaderId, message });
      expect(length).toBe(appendEntriesBytes(leaderId) + room);
    }),
  );
});
