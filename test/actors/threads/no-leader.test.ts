import { index, initialMembership, type Lack, type Membership, type NodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import type { Life } from "../../../packages/actors/src/mail/status.ts";
import {
  whyNoLeader,
  type LeaderlessNode,
} from "../../../packages/actors/src/threads/no-leader.ts";
import { n1, n2, n3 } from "../support/actors.ts";

const THREE = initialMembership([n1, n2, n3]);
const STOPPED: Life = { type: "stopped" };
const FAILED: Life = { type: "failed", cause: "its folder is lost" };

function node(
  id: NodeId,
  fields: Partial<LeaderlessNode> = {},
  membership: Membership = THREE,
): LeaderlessNode {
  const life = fields.life ?? { type: "running" };
  const known =
    life.type === "running" ? { index: index(0), membership, committed: true } : undefined;
  return { id, uid: 0, life, membership: known, condition: undefined, lacks: undefined, ...fields };
}

/** A node that lacks the entries from `from` on, and what the others answered. */
function lacking(
  id: NodeId,
  from: number,
  answers: Readonly<Record<string, Lack>>,
  membership?: Membership,
): LeaderlessNode {
  const lacks = { from: index(from), to: index(300), answers };
  return node(id, { condition: "repairing", lacks }, membership);
}

function explain(nodes: readonly LeaderlessNode[], dataDir?: string): string | undefined {
  const found = whyNoLeader(
    nodes,
    { index: index(0), membership: THREE, committed: true },
    dataDir,
  );
  return found && `${found.why}: ${found.wayOut}`;
}

const lost = (...names: string[]): Record<string, Lack> =>
  Object.fromEntries(names.map((name) => [name, "damaged"]));

test.each<[string, readonly LeaderlessNode[], string | undefined]>([
  ["nothing is known to be wrong", [node(n1), node(n2), node(n3)], undefined],
  ["one of three is down", [node(n1), node(n2), node(n3, { life: STOPPED })], undefined],
  [
    "a majority is stopped",
    [node(n1), node(n2, { life: STOPPED }), node(n3, { life: STOPPED })],
    "no quorum can come: 1 of 3 voters runs, and 2 must (n2 is stopped, n3 is stopped): start n2 and n3",
  ],
  [
    "a majority has failed",
    [node(n1), node(n2, { life: FAILED }), node(n3, { life: FAILED })],
    "no quorum can come: 1 of 3 voters runs, and 2 must (n2 has failed, n3 has failed): " +
      "repair what made them fail and start them, or continue with what is left: kontiki recover data",
  ],
  [
    "one is down and the disk of another is full",
    [node(n1), node(n2, { condition: "disk full" }), node(n3, { life: FAILED })],
    "too few voters take part (the disk of n2 is full, n3 has failed): " +
      "free some space for n2, which then continues by itself",
  ],
  [
    "the disks of two fail",
    [node(n1), node(n2, { condition: "disk failed" }), node(n3, { condition: "disk failed" })],
    "too few voters take part (the disk of n2 has failed, the disk of n3 has failed): " +
      "repair the disk of n2 and n3, which then continues by itself",
  ],
  [
    "one crashed and another is starting",
    [
      node(n1),
      node(n2, { life: { type: "restarting", cause: "x" } }),
      node(n3, { life: { type: "starting" } }),
    ],
    "too few voters take part (n2 is restarting after a crash, n3 is starting): wait until they run",
  ],
  [
    "an entry is damaged everywhere",
    [
      lacking(n1, 50, lost("n2", "n3")),
      lacking(n2, 50, lost("n1", "n3")),
      lacking(n3, 50, lost("n1", "n2")),
    ],
    "entry 50 is damaged on n1, n2 and n3, and no disk has it intact; it may have been committed: " +
      "stop, and combine what is left: kontiki recover data --merge",
  ],
  [
    "the first of several entries that are lost",
    [
      lacking(n1, 60, lost("n2", "n3")),
      lacking(n2, 50, { n1: "unproven", n3: "absent" }),
      node(n3),
    ],
    "entry 50 is damaged on n2, is not on n3, may be another one on n1, and no disk has it intact; " +
      "it may have been committed: stop, and combine what is left: kontiki recover data --merge",
  ],
  [
    "a node that is stopped may have it",
    [lacking(n1, 50, lost("n2")), lacking(n2, 50, lost("n1")), node(n3, { life: STOPPED })],
    "entry 50 is damaged on n1 and n2; n3 is stopped and may have it; it may have been committed: " +
      "start n3, or stop, and combine what is left: kontiki recover data --merge",
  ],
  [
    "a node that failed may have it, whatever it answered before",
    [lacking(n1, 50, lost("n2", "n3")), lacking(n2, 50, lost("n1")), node(n3, { life: FAILED })],
    "entry 50 is damaged on n1 and n2; n3 has failed and may have it; it may have been committed: " +
      "stop, and combine what is left: kontiki recover data --merge",
  ],
  [
    "a node has not answered yet",
    [lacking(n1, 50, lost("n2")), lacking(n2, 50, lost("n1")), node(n3)],
    "entry 50 is damaged on n1 and n2; n3 has not answered and may have it; it may have been committed: " +
      "wait for its answer, or stop, and combine what is left: kontiki recover data --merge",
  ],
  [
    "the only voter lost entries, and there is no other server",
    [lacking(n1, 7, {}, initialMembership([n1]))],
    "entry 7 is damaged on n1, and there is no other disk; it may have been committed: " +
      "stop, and continue with what is left: kontiki recover data --node n1",
  ],
])("%s", (_title, nodes, expected) => {
  expect(explain(nodes, "data")).toBe(expected);
});

test("disks in memory cannot be recovered", () => {
  const all = [lacking(n1, 5, lost("n2", "n3")), lacking(n2, 5, {}), lacking(n3, 5, {})];
  expect(explain(all)).toMatch(/: the disks in memory hold no more$/);
  const two = [node(n1), node(n2, { life: FAILED }), node(n3, { life: FAILED })];
  expect(explain(two)).toMatch(/: repair what made them fail and start them$/);
});
