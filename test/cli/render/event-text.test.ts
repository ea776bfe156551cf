import { eventText } from "@kontiki/cli";
import type { ClusterEvent } from "@kontiki/actors";
import { index, initialMembership, nodeId, term } from "@kontiki/core";
import { describe, expect, test } from "vitest";

const n1 = nodeId("n1");
const three = initialMembership([n1, nodeId("n2"), nodeId("n3")]);

describe("events", () => {
  const crash = { type: "crashed", node: n1, incarnation: 1, crashes: 1, cause: "boom" } as const;
  test.each<[ClusterEvent, string | undefined]>([
    [{ type: "leader", node: n1, term: term(2) }, "n1 leads term 2"],
    [{ ...crash, asked: false, restartInMs: 12.4 }, "n1 crashed: boom; restarts in 12 ms"],
    [{ ...crash, asked: true, restartInMs: 0 }, "n1 crashed on request; restarts in 0 ms"],
    [{ ...crash, asked: false, restartInMs: undefined }, "n1 crashed: boom"],
    [{ type: "failed", node: n1, incarnation: 1, cause: "a\nb" }, 'n1 has failed: "a\\nb"'],
    [{ type: "stopped", node: n1, incarnation: 1 }, "n1 stopped"],
    [{ type: "started", node: n1, incarnation: 1, tornBytes: 0 }, undefined],
    [{ type: "started", node: n1, incarnation: 2, tornBytes: 0 }, "n1 started, incarnation 2"],
    [
      { type: "started", node: n1, incarnation: 1, tornBytes: 9 },
      "n1 started, incarnation 1; cut off 9 bytes of an unfinished write",
    ],
    [{ type: "trouble", node: n1, what: "a\nb" }, 'n1 is in trouble: "a\\nb"'],
    [{ type: "repaired", node: n1 }, "n1 has recovered"],
    [
      {
        type: "diverged",
        nodes: [
          { node: n1, sha256: "ab" },
          { node: nodeId("n2"), sha256: "cd" },
        ],
        applied: 7,
      },
      "n1 and n2 have applied the same entries, up to 7, and their states differ",
    ],
    [
      { type: "membership", node: n1, index: index(3), membership: three, committed: true },
      "membership: voters n1 n2 n3",
    ],
    [
      { type: "membership", node: n1, index: index(3), membership: three, committed: false },
      undefined,
    ],
    [{ type: "deadLetter", to: "n1", reason: "not running" }, undefined],
    [
      { type: "deadLetter", to: "n1", reason: "mailbox full" },
      "mail to n1 was not delivered: mailbox full",
    ],
  ])("%o", (event, expected) => {
    expect(eventText(event)).toBe(expected);
  });
});
