import { nodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import { hastyElection } from "../../../packages/cli/src/udp/hasty-election.ts";
import { ORIGINAL_MEMBERS } from "../../../packages/cli/src/udp/members.ts";

const [self, ...others] = ORIGINAL_MEMBERS as [
  (typeof ORIGINAL_MEMBERS)[0],
  ...typeof ORIGINAL_MEMBERS,
];

test("an election timeout not above the original's heartbeat is warned about", () => {
  const warning = (ms: number): string =>
    `warning: --election-timeout ${ms} is not above 5000, the heartbeat of the original: if node1 or node2 is a node ` +
    "of the original, this node deposes it whenever it leads; use more than 5000 there";
  const warnings = [10, 1000, 4999, 5000, 5001, 10_000].map((electionTimeoutMs) =>
    hastyElection({ self, members: [self, ...others], electionTimeoutMs }),
  );
  expect(warnings).toEqual([
    warning(10),
    warning(1000),
    warning(4999),
    warning(5000),
    undefined,
    undefined,
  ]);
});

test("no other node can be the original where the original does not listen", () => {
  const elsewhere = [
    self,
    { id: nodeId("a"), host: "127.0.0.1", port: 4001 },
    { id: nodeId("node1"), host: "127.0.0.1", port: 4002 },
    { id: nodeId("node2"), host: "10.0.0.1", port: 4002 },
  ];
  expect(hastyElection({ self, members: elsewhere, electionTimeoutMs: 10 })).toBeUndefined();
  expect(hastyElection({ self, members: [self], electionTimeoutMs: 10 })).toBeUndefined();
});
