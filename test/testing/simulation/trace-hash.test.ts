import { nodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import type { PlannedFault } from "../../../packages/testing/src/plan/plan.ts";
import type { Happening } from "../../../packages/testing/src/engine/observer.ts";
import { TraceHash } from "../../../packages/testing/src/simulation/trace-hash.ts";
import { planned } from "../support/plans.ts";
import { LEADER, snapshotOf, Stage } from "../support/stage.ts";

const [node, other] = [nodeId("n1"), nodeId("n2")];

/** What a stage's events come to, all at one time. */
function digest(play: (stage: Stage<TraceHash>) => void, now = 1): string {
  const stage = new Stage(() => new TraceHash(() => now));
  play(stage);
  return stage.watcher.digest();
}

function digestOf(happening: Happening): string {
  return digest((stage) => stage.happens(happening));
}

function posted(...bytes: readonly number[]): Happening {
  return { type: "posted", from: node, to: other, bytes: Uint8Array.from(bytes) };
}

function applied(index: number, command: unknown, result: unknown): Happening {
  return { type: "applied", node, index, command, result };
}

function fault(id: number): PlannedFault {
  return { type: "swizzle", at: 0, id };
}

describe("any difference gives another digest", () => {
  const bytes = Uint8Array.of(1);
  const [get, put] = [planned(1, { type: "get" }), planned(2, { type: "put" })];
  const taken = { type: "ok", value: "v1" } as const;

  test.each<[string, readonly Happening[]]>([
    [
      "mail",
      [
        posted(1, 2),
        posted(1, 3),
        posted(2, 1),
        posted(1, 2, 0),
        { ...posted(1, 2), to: node } as Happening,
        { ...posted(1, 2), type: "delivered" } as Happening,
        { type: "lost", from: node, to: other, reason: "cut off", bytes },
        { type: "lost", from: node, to: other, reason: "lost", bytes },
      ],
    ],
    [
      "processes",
      [
        { type: "ended", node, cause: "a crash", kept: undefined },
        { type: "ended", node, cause: "a crash", kept: "torn" },
        { type: "ended", node, cause: "it is stopped", kept: undefined },
        { type: "ended", node: other, cause: "a crash", kept: undefined },
        { type: "refused", node, reason: "no space" },
        { type: "refused", node, reason: "a failed sync" },
        { type: "synced", node },
        { type: "synced", node: other },
      ],
    ],
    [
      "machines",
      [
        applied(1, { key: "k" }, null),
        applied(2, { key: "k" }, null),
        applied(1, { key: "l" }, null),
        ...[0, -0, "number 0", "number -0", "undefined undefined", "object null"].map((result) =>
          applied(1, { key: "k" }, result),
        ),
        ...[[], {}, [1], { 0: 1 }, { "": 1 }, [undefined], Uint8Array.of(1), "", NaN].map(
          (result) => applied(1, { key: "k" }, result),
        ),
        applied(1, { name: "k" }, null),
        applied(1, { key: "k" }, undefined),
        applied(1, { key: "k" }, "null"),
        applied(1, { key: "k" }, 0.25),
        applied(1, { key: "k" }, 0.5),
        applied(1, { key: "k" }, [1, [2]]),
        applied(1, { key: "k" }, [[1], 2]),
        applied(1, { key: "k" }, new Map([["a", 1]])),
        applied(1, { key: "k" }, new Map([["a", 2]])),
        { type: "restored", node, state: { a: 1 } },
        { type: "restored", node, state: { a: 2 } },
      ],
    ],
    [
      "faults",
      [
        { type: "faultBegan", fault: fault(1), nodes: [node] },
        { type: "faultBegan", fault: fault(1), nodes: [node, other] },
        { type: "faultBegan", fault: fault(2), nodes: [node] },
        { type: "faultEnded", fault: fault(1) },
        { type: "faultSkipped", fault: fault(1), reason: "nobody leads" },
        { type: "faultSkipped", fault: fault(1), reason: "too many are down" },
        { type: "healed" },
        { type: "settled" },
      ],
    ],
    [
      "clients",
      [
        { type: "called", operation: get, proposal: undefined },
        { type: "called", operation: put, proposal: undefined },
        { type: "returned", operation: get, outcome: taken },
        { type: "returned", operation: get, outcome: { ...taken, value: "v2" } },
        { type: "returned", operation: get, outcome: { type: "error", message: "v1" } },
      ],
    ],
  ])("%s", (_what, happenings) => {
    const digests = new Set(happenings.map(digestOf));
    expect([...digests]).toHaveLength(happenings.length);
  });

  test("a step's outcome", () => {
    const digests = [
      digest((stage) => stage.start("n1")),
      digest((stage) => stage.start("n1", {}, 1)),
      ...[
        {},
        { term: 1 },
        { term: 1, votedFor: "n1" },
        { term: 1, votedFor: "n2" },
        { commit: 1 },
        { durable: 1 },
        { role: LEADER },
        { snapshot: snapshotOf(1, 1) },
        { horizon: snapshotOf(1, 1) },
      ].map((changes) =>
        digest((stage) => {
          stage.start("n1");
          stage.step("n1", changes);
        }),
      ),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  test("the time, the order, and an additional event", () => {
    const [one, two] = [posted(1), posted(2)];
    const digests = [
      digest((stage) => stage.happens(one), 1),
      digest((stage) => stage.happens(one), 1.001),
      digest((stage) => stage.happens(one), 1 + 2 ** 32 / 1000),
      digest((stage) => [one, two].forEach((each) => stage.happens(each))),
      digest((stage) => [two, one].forEach((each) => stage.happens(each))),
      digest((stage) => [one, two, two].forEach((each) => stage.happens(each))),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });
});

test("the same events have the same digest, of sixteen digits", () => {
  const play = (stage: Stage<TraceHash>): void => {
    stage.startAll();
    stage.elects("n1", 1, ["n2"]);
    stage.happens(applied(1, { key: "k" }, "v"));
  };
  expect(digest(play)).toBe(digest(play));
  expect(digest(play)).toMatch(/^[0-9a-f]{16}$/u);
});
