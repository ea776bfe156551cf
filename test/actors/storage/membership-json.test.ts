import { describe, expect, test } from "vitest";
import {
  decodeMembership,
  encodeMembership,
  MembershipError,
} from "../../../packages/actors/src/storage/membership-json.ts";
import { MEMBERS } from "../support/storage/model.ts";

const VALUE = {
  voters: ["n1", "n2"],
  outgoing: [],
  learners: ["n3"],
  learnersNext: [],
  promotions: [{ node: "n3", replaces: "n2" }],
  uids: { n3: 4 },
  lastUid: 7,
};

function decoded(value: unknown): unknown {
  return decodeMembership(Buffer.from(JSON.stringify(value)));
}

test("a membership is read back unchanged", () => {
  expect(decodeMembership(encodeMembership(MEMBERS))).toEqual(MEMBERS);
  expect(decoded(VALUE)).toEqual(MEMBERS);
});

describe("what is not a membership is rejected", () => {
  test.each<[string, unknown, string]>([
    ["null", null, "it: not an object"],
    ["a list", [], "it: not an object"],
    ["a part too few", { ...VALUE, voters: undefined }, "voters: not a list"],
    ["a part too many", { ...VALUE, more: 1 }, 'it has an unknown part "more"'],
    ["not a list", { ...VALUE, learners: "n3" }, "learners: not a list"],
    ["not a node id", { ...VALUE, outgoing: ["N1"] }, "outgoing: not a node id"],
    ["not a uid", { ...VALUE, uids: { n3: 1.5 } }, "uids: not a uid"],
    ["a negative uid", { ...VALUE, lastUid: -1 }, "lastUid: not a uid"],
    ["a uid of an invalid node id", { ...VALUE, uids: { "": 1 } }, "uids: not a node id"],
    ["uids in a list", { ...VALUE, uids: [] }, "uids: not an object"],
    ["not a promotion", { ...VALUE, promotions: ["n3"] }, "a promotion: not an object"],
    ["a promotion without a node", { ...VALUE, promotions: [{}] }, "a promotion: not a node id"],
    [
      "a promotion with more",
      { ...VALUE, promotions: [{ node: "n3", more: 1 }] },
      "a promotion has an unknown part",
    ],
    ["a voter twice", { ...VALUE, voters: ["n1", "n1"] }, "voters: no server is listed twice"],
    ["a learner that is a voter", { ...VALUE, learners: ["n1"] }, "n1 is a learner and a voter"],
  ])("%s", (_title, value, message) => {
    expect(() => decoded(value)).toThrow(new MembershipError(message));
  });

  test("bytes that are not JSON, or not UTF-8", () => {
    for (const bytes of [Buffer.from("{"), Buffer.from([0x22, 0xff, 0x22])])
      expect(() => decodeMembership(bytes)).toThrow(new MembershipError("it is not JSON"));
  });
});
