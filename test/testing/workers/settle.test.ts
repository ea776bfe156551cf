import { KontikiError, StateMachineError } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import type { ClusterUnderTest } from "../../../packages/testing/src/workers/cluster-under-test.ts";
import type { MachineTime } from "../../../packages/testing/src/workers/pace.ts";
import { settle, type Settled } from "../../../packages/testing/src/workers/settle.ts";

type Fake = {
  /** How each wait for the nodes to agree ends, the last one again and again: `late` when its time is over. */
  readonly waits: readonly ("agreed" | "late" | "too few nodes are left" | Error)[];
  /** Digests of the only node; `silent` for one that does not answer. */
  readonly digests?: readonly ("silent" | "abc")[];
};

/** A clock that only goes on while something waits, on a machine that has given that much when it is looked at, before and after each wait. */
class FakeTime implements MachineTime {
  readonly #given: number[];
  #now = 0;
  /** How many measurements go on. */
  open = 0;

  constructor(given: readonly number[]) {
    this.#given = [...given];
  }

  now(): number {
    return this.#now;
  }

  async pause(ms: number): Promise<void> {
    this.#now += ms;
  }

  openPace(): ReturnType<MachineTime["openPace"]> {
    this.open += 1;
    const given = this.#given;
    return {
      get givenMs() {
        return (given.length > 1 ? given.shift() : given[0]) ?? 0;
      },
      close: async () => {
        this.open -= 1;
      },
    };
  }
}

/** A cluster of one node. */
function cluster({ waits, digests = ["abc"] }: Fake, time: FakeTime): ClusterUnderTest {
  const next = <T>(values: readonly T[]): (() => T) => {
    const left = [...values];
    return () => (left.length > 1 ? left.shift() : left[0]) as T;
  };
  const wait = next(waits);
  const digest = next(digests);
  const life = { type: "starting", incarnation: 1 };
  return {
    converged: async ({ timeoutMs = 0 }) => {
      const end = wait();
      if (end instanceof Error) throw end;
      if (end === "late") await time.pause(timeoutMs);
      if (end !== "agreed") throw new KontikiError(end);
    },
    members: async () => ({ members: [{ id: "n1" }] }),
    status: () => [{ id: "n1", life }],
    node: () => ({
      digest: async () => {
        const sha256 = digest();
        if (sha256 === "silent") throw new KontikiError("n1 does not answer");
        return { applied: 1, sha256 };
      },
    }),
  } as unknown as ClusterUnderTest;
}

const SETTLE_MS = 20_000;

/** Settles on a machine that has given that much, in ms, each time that is looked at. */
async function settled(
  fake: Fake,
  ...given: readonly number[]
): Promise<Settled & { readonly violations: readonly string[]; readonly open: number }> {
  const violations: string[] = [];
  const time = new FakeTime(given);
  const report = ({ check, text }: { check: string; text: string }): void => {
    violations.push(`${check}: ${text}`);
  };
  const result = await settle(cluster(fake, time), SETTLE_MS, report, time);
  return { ...result, violations, open: time.open };
}

describe("a healed cluster", () => {
  test("that agrees has a state, and the machine is not measured", async () => {
    expect(await settled({ waits: ["agreed"] })).toEqual({
      digest: "abc",
      violations: [],
      open: 0,
    });
  });

  test("that does not agree in the time that the machine gives is not live", async () => {
    expect(await settled({ waits: ["late"] }, 0, 15_000, 15_000, 20_000)).toEqual({
      violations: ["liveness: 26000 ms after all faults had ended: late: n1 is starting"],
      open: 0,
    });
  });

  test("that was given too little is in doubt", async () => {
    expect(await settled({ waits: ["late"] }, 3_000)).toEqual({
      doubt:
        "the machine was too busy to tell whether the cluster is live: it gave 3000 ms of the 20000 ms to settle: " +
        "81000 ms after all faults had ended: late: n1 is starting",
      violations: [],
      open: 0,
    });
  });

  test("that agrees later than it should is live if the machine gave too little", async () => {
    expect(await settled({ waits: ["late", "late", "agreed"] }, 3_000)).toMatchObject({
      digest: "abc",
      violations: [],
    });
  });

  test("that can never agree again is not live at once", async () => {
    expect(await settled({ waits: ["too few nodes are left"] })).toEqual({
      violations: [
        "liveness: 0 ms after all faults had ended: too few nodes are left: n1 is starting",
      ],
      open: 0,
    });
  });

  test("of which a node does not answer in time is asked again", async () => {
    expect(await settled({ waits: ["agreed"], digests: ["silent", "abc"] })).toMatchObject({
      digest: "abc",
      violations: [],
    });
  });

  test("whose state machine is wrong is no question of time", async () => {
    const wrong = new StateMachineError("the states differ");
    expect(await settled({ waits: [wrong] })).toEqual({ violations: [], open: 0 });
  });
});
