import { initialMembership, nodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import { notPossible } from "../../packages/testing/src/workers/not-possible.ts";

const [n1, n4] = [nodeId("n1"), nodeId("n4")];

test.each([
  [[n4], "pause is not possible now: why"],
  [[n1, n4], "pause is not possible now: why; faults reach only the nodes of this host: n4"],
])("of %j this process has n4", (members, text) => {
  const membership = () => initialMembership(members);
  expect(notPossible("pause", "why", { nodes: [n4], membership })).toBe(text);
});
