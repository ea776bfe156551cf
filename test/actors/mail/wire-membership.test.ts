/** A membership in mail is checked: a node adopts no other than a valid one. */
import { initialMembership, nodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { encode } from "../../../packages/actors/src/bytes/codec.ts";
import { MEMBERS_MAX } from "../../../packages/actors/src/mail/wire-membership.ts";
import { openParcel } from "../../../packages/actors/src/mail/wire.ts";
import { n1, n2, n3 } from "../support/actors.ts";
import { appended, members, nothing } from "../support/mail/on-the-wire.ts";

const n4 = nodeId("n4");

describe("a membership from another node", () => {
  const many = Array.from({ length: MEMBERS_MAX + 1 }, (_, at) => `n${at}`);

  test.each<[string, unknown]>([
    ["is an array", "n1"],
    ["has voters", members({ 0: [] })],
    ["has no voter twice", members({ 0: [n1, n1] })],
    ["has no voter that is not a node id", members({ 0: [n1, "N2"] })],
    ["has its voters in a list", members({ 0: 3 })],
    ["has no voter that is a learner", members({ 2: [n1] })],
    ["has outgoing voters in a list", members({ 1: null })],
    ["has no more members than allowed", members({ 2: many })],
    ["lets only outgoing voters become learners", members({ 3: [n4] })],
    ["promotes only learners", members({ 4: [n1, null] })],
    ["promotes in pairs", members({ 2: [n4], 4: [n4] })],
    ["promotes in place of a node", members({ 2: [n4], 4: [n4, "N1"] })],
    ["has uids of members only", members({ 5: [n4, 1], 6: 1 })],
    ["has no two uids for one node", members({ 5: [n1, 1, n1, 2], 6: 2 })],
    ["has no fraction as uid", members({ 5: [n1, 0.5], 6: 1 })],
    ["has no uid above the last one assigned", members({ 5: [n1, 2], 6: 1 })],
    ["has a last uid", members({ 6: null })],
  ])("%s", (_title, wire) => {
    expect(openParcel(encode(appended([1, 1], nothing, [0, wire])))).toBe(undefined);
  });

  test("is accepted when nothing is wrong with it", () => {
    expect(openParcel(encode(appended([1, 1], nothing, [0, members()])))).toMatchObject({
      messages: [{ entries: [{ membership: initialMembership([n1, n2, n3]) }] }],
    });
  });
});
