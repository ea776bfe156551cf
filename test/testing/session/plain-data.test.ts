/** Every value through a simulated cluster that crashes, and through a token. */
import {
  decodeToken,
  defineScenario,
  encodeToken,
  planOf,
  runSession,
  simulate,
} from "@kontiki/testing";
import { expect, test } from "vitest";
import { difference } from "../../actors/support/exact.ts";
import { CARRIED, REFUSED } from "../../actors/support/plain-values.ts";

const SCENARIO = defineScenario({
  name: "plain_data",
  duration: "60s",
  workload: { clients: 0 },
  cluster: { snapshotEntries: 30, keptEntries: 0 },
  expect: { linearizable: false },
});

/** Keeps all commands, answers each with itself, and a question with all of them. */
function keeper() {
  let kept: unknown[] = [];
  return {
    apply(command: unknown) {
      kept = [...kept, command];
      return command;
    },
    query: () => kept,
    snapshot: () => kept,
    restore(snapshot: unknown) {
      kept = snapshot as unknown[];
    },
  };
}

const ARRIVALS = CARRIED.map(([, value, ...[arrives = value]]) => arrives);
const OPTIONS = { machine: keeper, specification: undefined };

test("a simulated cluster carries every value through crashes and snapshots, and a token keeps it", async () => {
  const { result, recorded, thrown } = await runSession(
    planOf(SCENARIO, 1),
    async (sim) => {
      for (const [at, [title, value]] of CARRIED.entries()) {
        const crash =
          at % 40 === 20 ? sim.crash(await sim.elected(), { kept: "nothing" }) : undefined;
        const outcome = await sim.propose(value);
        expect([title, difference(outcome, { type: "ok", value: ARRIVALS[at] })]).toEqual([
          title,
          undefined,
        ]);
        crash?.end();
      }
      const all = await sim.read("all");
      expect(difference(all, { type: "ok", value: ARRIVALS })).toBeUndefined();
      await sim.converged();
    },
    OPTIONS,
  );
  expect(thrown?.error).toBeUndefined();
  expect([result.verdict, result.violations]).toEqual(["valid", []]);

  const { hash, verdict } = simulate(recorded, OPTIONS);
  const token = { type: "run", check: "none", hash, module: undefined, isOwn: true } as const;
  const read = decodeToken(encodeToken({ ...token, recipe: { from: "plan", plan: recorded } }));
  if (read.type !== "run" || read.recipe.from !== "plan") throw new Error("another token");
  const commands = read.recipe.plan.operations.map(({ command }) => command);
  expect(difference(commands, [...ARRIVALS, "all"])).toBeUndefined();
  const again = simulate(read.recipe.plan, OPTIONS);
  expect([again.verdict, again.hash]).toEqual([verdict, hash]);
});

test.each(REFUSED)(
  "a simulated cluster refuses, with its place: %s",
  async (_title, value, says) => {
    const what = says.replace(/^.*?\bis /, "").split(",")[0] ?? "";
    const { thrown } = await runSession(
      planOf(SCENARIO, 1),
      async (sim) => {
        await sim.propose(value);
      },
      OPTIONS,
    );
    expect(thrown?.error).toMatchObject({ name: "SessionError" });
    expect(String(thrown?.error)).toContain(what);
  },
);
