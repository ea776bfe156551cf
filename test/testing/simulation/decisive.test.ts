import { index, initialMembership, nodeId, type Membership } from "@kontiki/core";
import { expect, test } from "vitest";
import {
  decisiveMemberships,
  type Known,
} from "../../../packages/testing/src/simulation/decisive.ts";

function voters(names: string): Membership {
  return initialMembership(names.split("").map(nodeId));
}

/** A node that has committed so much, with memberships as "index names". */
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
  ["at first that which the cluster began with", [node(5), node(7)], ["abc"]],
  ["the one committed last", [node(9, "4 ab", "8 abd"), node(5, "4 ab")], ["abd"]],
  [
    "with one behind it that is in some log",
    [node(8, "4 ab", "9 abd"), node(5, "4 ab")],
    ["ab", "abd"],
  ],
  [
    "also where another entry is committed at its place",
    [node(3, "4 ab"), node(5), node(5)],
    ["abc", "ab"],
  ],
  [
    "not one that came before the last, and that a node has not cut off yet",
    [node(3, "4 ab"), node(8, "7 abd")],
    ["abd"],
  ],
  ["each once", [node(3, "4 ab"), node(3, "4 ab")], ["abc", "ab"]],
])("memberships that may decide: %s", (_title, nodes, expected) => {
  expect(decisiveMemberships(nodes, voters("abc"))).toEqual(expected.map(voters));
});
