import { decides, initialMembership, nodeId, type NodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import { haveDecided } from "../../../packages/testing/src/claims/have-decided.ts";

const NODES = Array.from({ length: 7 }, (_none, at) => nodeId(`n${at + 1}`));

function subset(bits: number): readonly NodeId[] {
  return NODES.filter((_node, at) => (bits >> at) % 2 === 1);
}

test("the claims and the core agree about every small membership, joint or not", () => {
  for (let size = 1; size <= 4; size += 1)
    for (const outgoing of [0b0, 0b11, 0b110, 0b1111, 0b111_1000, 0b11_1110])
      for (let granted = 0; granted < 1 << NODES.length; granted += 1) {
        const membership = {
          ...initialMembership(NODES.slice(0, size)),
          outgoing: subset(outgoing),
        };
        const nodes = subset(granted);
        expect(haveDecided(membership, nodes)).toBe(decides(membership, nodes));
      }
});
