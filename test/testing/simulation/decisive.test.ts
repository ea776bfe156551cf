import { index, initialMembership, nodeId, type Membership } from "@kontiki/core";
import { expect, test } from "vitest";
import {
  decisiveMemberships,
  type Known,
} from "../../../packages/testing/src/simulation/decisive.ts";

function voters(names: string): Membership {
  return initialMembership(names.split("").map(nodeId));
}

/** A node that has committed up to this index, with memberships as "index names". */
function node(commit: number, ...memberships: string[]): Known {
  return {
    commit: index(commit),
    memberships: memberships.map((text) => {
      const [at, names = ""] = text.split(" ");
      return { index: index(Number(at)), membership: voters(names) };
    }),
  };
}

test.each<[string, Known[], string[]]>([
  ["at first the initial one", [node(5), node(7)], ["abc"]],
  ["the last committed one", [node(9, "4 ab", "8 abd"), node(5, "4 ab")], ["abd"]],
  [
    "and a later one that is in any log",
    [node(8, "4 ab", "9 abd"), node(5, "4 ab")],
    ["ab", "abd"],
  ],
  [
    "even if another entry is committed at its index",
    [node(3, "4 ab"), node(5), node(5)],
    ["abc", "ab"],
  ],
  [
    "but not an earlier one that a node has not cut off yet",
    [node(3, "4 ab"), node(8, "7 abd")],
    ["abd"],
  ],
  ["each only once", [node(3, "4 ab"), node(3, "4 ab")], ["abc", "ab"]],
])("memberships that may decide: %s", (_title, nodes, expected) => {
  expect(decisiveMemberships(nodes, voters("abc"))).toEqual(expected.map(voters));
});
