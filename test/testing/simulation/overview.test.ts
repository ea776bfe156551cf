import { initialMembership, nodeId, type Membership } from "@kontiki/core";
import { expect, test } from "vitest";
import { haveSettled } from "../../../packages/testing/src/simulation/overview.ts";
import type { SimNode } from "../../../packages/testing/src/simulation/sim-node.ts";

const [N1, N2, N3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const BEFORE: Membership = { ...initialMembership([N1, N2]), uids: { [N3]: 1 }, lastUid: 1 };
const JOINT: Membership = { ...BEFORE, voters: [N1, N2, N3], outgoing: [N1, N2] };
const LEARNER: Membership = { ...BEFORE, learners: [N3] };
const PROMOTED: Membership = { ...LEARNER, promotions: [{ node: N3, replaces: undefined }] };

/** Nodes that have all applied the same; n1 leads. */
function nodes(membership: Membership, uid: number): readonly SimNode[] {
  return [N1, N2, N3].map((id) => {
    const actor = {
      leads: id === N1,
      membership: { membership, committed: true },
      state: { term: 1, horizon: undefined },
      log: { lastIndex: 9 },
      applied: 9,
    };
    return { id, uid: id === N3 ? uid : 0, process: { actor } } as unknown as SimNode;
  });
}

test.each<readonly [string, boolean, Membership, number]>([
  ["two voters and a learner", true, LEARNER, 1],
  ["a joint membership that is not left (§6)", false, JOINT, 1],
  ["a learner that has caught up and is not promoted (dissertation 4.2.1)", false, PROMOTED, 1],
  ["a learner to promote that has another disk by now", true, PROMOTED, 2],
])("%s: settled is %s", (_title, hasSettled, membership, uid) => {
  expect(haveSettled(nodes(membership, uid))).toBe(hasSettled);
});
