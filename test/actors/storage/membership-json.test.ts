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

test("a membership comes back as it was", () => {
  expect(decodeMembership(encodeMembership(MEMBERS))).toEqual(MEMBERS);
  expect(decoded(VALUE)).toEqual(MEMBERS);
});

describe("what is no membership is refused", () => {
  test.each<[string, unknown, string]>([
    ["null", null, "it: that is no object"],
    ["a list", [], "it: that is no object"],
    ["a part too few", { ...VALUE, voters: undefined }, "voters: that is no list"],
    ["a part too many", { ...VALUE, more: 1 }, 'it has an unknown part "more"'],
    ["no list", { ...VALUE, learners: "n3" }, "learners: that is no list"],
    ["no node", { ...VALUE, outgoing: ["N1"] }, "outgoing: that is no node"],
    ["no uid", { ...VALUE, uids: { n3: 1.5 } }, "uids: that is no uid"],
    ["a negative uid", { ...VALUE, lastUid: -1 }, "lastUid: that is no uid"],
    ["a uid of no node", { ...VALUE, uids: { "": 1 } }, "uids: that is no node"],
    ["uids in a list", { ...VALUE, uids: [] }, "uids: that is no object"],
    ["no promotion", { ...VALUE, promotions: ["n3"] }, "a promotion: that is no object"],
    ["a promotion of nobody", { ...VALUE, promotions: [{}] }, "a promotion: that is no node"],
    [
      "a promotion with more",
      { ...VALUE, promotions: [{ node: "n3", more: 1 }] },
      "a promotion has an unknown part",
    ],
    ["a voter twice", { ...VALUE, voters: ["n1", "n1"] }, "voters: nobody stands there twice"],
    ["a learner that votes", { ...VALUE, learners: ["n1"] }, "n1 is a learner and a voter"],
  ])("%s", (_title, value, message) => {
    expect(() => decoded(value)).toThrow(new MembershipError(message));
  });

  test("bytes that are no JSON, or no UTF-8", () => {
    for (const bytes of [Buffer.from("{"), Buffer.from([0x22, 0xff, 0x22])])
      expect(() => decodeMembership(bytes)).toThrow(new MembershipError("it is no JSON"));
  });
});
