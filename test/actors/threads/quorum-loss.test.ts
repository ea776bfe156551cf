import { index, initialMembership, nodeId, type Membership, type NodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import {
  quorumLoss,
  type SupervisedNode,
} from "../../../packages/actors/src/threads/quorum-loss.ts";
import type { Life } from "../../../packages/actors/src/mail/status.ts";
import { n1, n2, n3 } from "../support/actors.ts";

const [n4, n5] = [nodeId("n4"), nodeId("n5")];
const THREE = initialMembership([n1, n2, n3]);
const FIRST = { index: index(0), membership: THREE, committed: true };
const STOPPED: Life = { type: "stopped" };
const FAILED: Life = { type: "failed", cause: "it crashed" };

function node(
  id: NodeId,
  life: Life = { type: "running" },
  membership: Membership | undefined = THREE,
  fields: Partial<SupervisedNode> & { readonly at?: number; readonly committed?: boolean } = {},
): SupervisedNode {
  const { at = 0, committed = true, ...rest } = fields;
  const reported = life.type === "running" && membership !== undefined;
  const known = reported ? { index: index(at), membership, committed } : undefined;
  return { id, uid: 0, life, membership: known, ...rest };
}

const two = "no quorum can come: 1 of 3 voters runs, and 2 must";
const TWO = initialMembership([n2, n3]);
const JOINT: Membership = { ...THREE, voters: [n1, n4, n5], outgoing: [n1, n2, n3] };
const LEARNER: Membership = { ...THREE, voters: [n2], learners: [n1] };

test.each<[string, SupervisedNode[], string | undefined]>([
  ["all run", [node(n1), node(n2), node(n3)], undefined],
  ["a majority runs", [node(n1), node(n2), node(n3, STOPPED)], undefined],
  [
    "too few run",
    [node(n1), node(n2, STOPPED), node(n3, FAILED)],
    `${two} (n2 is stopped, n3 has failed)`,
  ],
  [
    "none runs",
    [node(n1, STOPPED), node(n2, STOPPED), node(n3, STOPPED)],
    "no quorum can come: 0 of 3 voters run, and 2 must (n1 is stopped, n2 is stopped, n3 is stopped)",
  ],
  [
    "a crashed node is restarted",
    [node(n1), node(n2, { type: "restarting", cause: "it crashed" }), node(n3, STOPPED)],
    undefined,
  ],
  [
    "a node recovers its state, which may hold another membership",
    [node(n1, { type: "starting" }), node(n2, STOPPED), node(n3, STOPPED)],
    undefined,
  ],
  [
    "a node has not reported its membership yet",
    [
      node(n1, undefined, undefined, { membership: undefined }),
      node(n2, STOPPED),
      node(n3, STOPPED),
    ],
    undefined,
  ],
  [
    "a voter has another disk than the one that may vote",
    [node(n1), node(n2, undefined, THREE, { uid: 3 }), node(n3, STOPPED)],
    `${two} (n2 has a new disk, n3 is stopped)`,
  ],
  [
    "the second half of a joint membership is down",
    [node(n1, undefined, JOINT), node(n4, undefined, JOINT), node(n2, STOPPED), node(n3, STOPPED)],
    `${two} (n2 is stopped, n3 is stopped)`,
  ],
  [
    "only by the membership of a node that is older",
    [
      node(n1, undefined, initialMembership([n1])),
      node(n2, undefined, THREE, { at: 5, committed: false }),
    ],
    undefined,
  ],
  [
    "not by a membership from before one that is committed",
    [node(n1, undefined, THREE), node(n2, undefined, TWO, { at: 5 }), node(n3, STOPPED)],
    "no quorum can come: 1 of 2 voters runs, and 2 must (n3 is stopped)",
  ],
  [
    "by the newest membership",
    [
      node(n1, undefined, THREE),
      node(n2, STOPPED),
      node(n3, STOPPED),
      node(n4, undefined, initialMembership([n4, n5, n3]), { at: 7 }),
    ],
    `${two} (n5 is gone, n3 is stopped)`,
  ],
  [
    "the newest membership has its voters, one of which has not reported it yet",
    [
      node(n1, undefined, initialMembership([n4]), { at: 7 }),
      node(n4, undefined, { ...initialMembership([n1]), learners: [n4] }, { at: 5 }),
    ],
    undefined,
  ],
  [
    "a learner alone elects no leader",
    [node(n1, undefined, LEARNER), node(n2, STOPPED)],
    "no quorum can come: 0 of 1 voters run, and 1 must (n2 is stopped)",
  ],
])("%s", (_title, nodes, loss) => {
  expect(quorumLoss(nodes, FIRST)).toBe(loss);
});

test.each([
  ["that is committed", true, "0 of 2 voters run, and 2 must (n2 is stopped, n3 is stopped)"],
  ["that may be undone", false, "1 of 3 voters runs, and 2 must (n2 is stopped, n3 is stopped)"],
])("the last known membership counts beside an older one: %s", (_title, committed, loss) => {
  const nodes = [node(n1), node(n2, STOPPED), node(n3, STOPPED)];
  const last = { index: index(5), membership: TWO, committed };
  expect(quorumLoss(nodes, last)).toBe(`no quorum can come: ${loss}`);
});
