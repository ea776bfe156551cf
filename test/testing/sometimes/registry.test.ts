import { loadScenario, planOf, simulate, SOMETIMES, SometimesWatch } from "@kontiki/testing";
import { expect, test } from "vitest";
import { EXPLORED } from "../../../packages/testing/src/sometimes/explored.ts";

test("names are unique, and begin with their subject", () => {
  const names = [...SOMETIMES, ...EXPLORED].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z]+\.[a-z][a-zA-Z]+$/.test(name))).toEqual([]);
});

test("each situation is told in one sentence, and its section is one of the paper or the dissertation", () => {
  const odd = [...SOMETIMES, ...EXPLORED].filter(
    ({ text, section }) =>
      !/^[A-Z][^.]*\.$/.test(text) ||
      (section !== undefined && !/^(§\d+(\.\d+)*|\d+\.\d+(\.\d+)?|Figure \d+)$/.test(section)),
  );
  expect(odd).toEqual([]);
});

test("a run meets the same situations each time, and watching it changes nothing", async () => {
  const plan = planOf(await loadScenario("initial_election"), 3);
  const [one, other] = [new SometimesWatch(), new SometimesWatch()];
  const watched = simulate(plan, { observers: [() => one] });
  simulate(plan, { observers: [() => other] });
  expect(watched).toEqual(simulate(plan));
  expect(one.met).toEqual(other.met);
  expect(one.met).toContain("elections.spareVote");
});

test("a situation is told when it is met first", async () => {
  const told: string[] = [];
  const watch = new SometimesWatch((name) => told.push(name));
  simulate(planOf(await loadScenario("initial_election"), 3), { observers: [() => watch] });
  expect(told.toSorted()).toEqual([...watch.met].sort());
});
