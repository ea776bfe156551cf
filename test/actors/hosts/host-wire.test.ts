import { index, initialMembership, term, type NodeId } from "@kontiki/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decode, encode } from "../../../packages/actors/src/bytes/codec.ts";
import {
  encodeHostMessage,
  readHostMessage,
  type HostMessage,
} from "../../../packages/actors/src/hosts/host-wire.ts";

const [N1, N2] = ["n1" as NodeId, "n2" as NodeId];
const FROM = { host: "a", life: "1f" } as const;

const LETTER: HostMessage = {
  type: "letter",
  ...FROM,
  to: "2e",
  sequence: 7,
  part: 0,
  parts: 1,
  letter: {
    to: N1,
    from: N2,
    incarnation: 3,
    position: { uid: 2, mark: 5, commit: 9 },
    bytes: Uint8Array.of(1, 2, 3),
  },
};

const MESSAGES: readonly HostMessage[] = [
  LETTER,
  {
    type: "hello",
    ...FROM,
    start: 3,
    asks: true,
    client: "client/77",
    nodes: [{ node: N1, uid: 0, mark: 4, last: 8 }],
    withheld: 1,
    view: {
      leader: N2,
      term: term(4),
      index: index(7),
      membership: { ...initialMembership([N1, N2]), uids: { [N2]: 3 }, lastUid: 3 },
      committed: true,
    },
  },
  {
    type: "hello",
    ...FROM,
    start: 3,
    asks: false,
    client: undefined,
    nodes: [],
    withheld: 0,
    view: undefined,
  },
  {
    type: "obituary",
    ...FROM,
    to: "2e",
    sequence: 8,
    node: N2,
    incarnation: 4,
    stage: undefined,
  },
  { type: "obituary", ...FROM, to: "2e", sequence: 9, node: N2, incarnation: 4, stage: 7 },
  { type: "refusal", ...FROM, to: "2e", node: N1, why: "it is an older copy" },
  { type: "question", ...FROM, to: "2e", sequence: 10, id: 4, content: ["nodes"] },
  { type: "answer", ...FROM, to: "2e", sequence: 11, id: 4, content: [true, []] },
];

test("a message is the same after it was encoded and read", () => {
  for (const message of MESSAGES)
    expect(readHostMessage("tri", encodeHostMessage("tri", message))).toEqual(message);
});

test("a message of another cluster is recognized as such", () => {
  for (const message of MESSAGES)
    expect(readHostMessage("tri", encodeHostMessage("tro", message))).toEqual({
      type: "other cluster",
    });
});

test("garbage is malformed, and nothing that is read throws", () => {
  const rejected = ["malformed", "other cluster"];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(rejected).toContain(readHostMessage("tri", bytes).type);
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(rejected).toContain(readHostMessage("tri", encode(value)).type);
    }),
  );
});

test("a message with another field is malformed, or what it says is what was read", () => {
  const others = [undefined, null, -1, 0, 1.5, 9, "N 1", "", "n9", "client/x", [], [[]], {}, true];
  for (const message of MESSAGES) {
    const fields = decode(encodeHostMessage("tri", message)) as unknown[];
    let malformed = 0;
    for (const [at, other] of fields.flatMap((_, at) =>
      others.map((each) => [at, each] as const),
    )) {
      const changed = encode(fields.map((field, place) => (place === at ? other : field)));
      const read = readHostMessage("tri", changed);
      if (read.type === "malformed") malformed += 1;
      else if (read.type !== "other cluster")
        expect(decode(encodeHostMessage("tri", read))).toEqual(decode(changed));
    }
    expect(malformed).toBeGreaterThan(fields.length * 6);
    expect(readHostMessage("tri", encode(fields.slice(0, -1))).type).toBe("malformed");
    expect(readHostMessage("tri", encode([...fields, 0])).type).toBe("malformed");
  }
});
