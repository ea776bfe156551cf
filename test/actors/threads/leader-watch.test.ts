import { expect, test } from "vitest";
import { LeaderWatch } from "../../../packages/actors/src/threads/leader-watch.ts";

function watched(): {
  readonly state: { leads: boolean; why: string };
  readonly told: string[];
  readonly watch: LeaderWatch;
} {
  const state = { leads: true, why: "n2 is stopped" };
  const told: string[] = [];
  const watch = new LeaderWatch({
    afterMs: 5000,
    hasLeader: () => state.leads,
    why: () => state.why,
    onNoLeader: (forMs, why) => told.push(`${forMs}: ${why}`),
  });
  return { state, told, watch };
}

test("a cluster without a leader is reported once, after some time, and again after the next leader", () => {
  const { state, told, watch } = watched();
  watch.look(1000);
  state.leads = false;
  for (const at of [1250, 3000, 5999]) watch.look(at);
  expect(told).toEqual([]);
  for (const at of [6000, 6250, 20_000, 30_000]) watch.look(at);
  expect(told).toEqual(["5000: n2 is stopped"]);
  state.leads = true;
  watch.look(31_000);
  state.leads = false;
  watch.look(36_000);
  expect(told).toEqual(["5000: n2 is stopped", "5000: n2 is stopped"]);
});

test("another reason is reported too, but not more often", () => {
  const { state, told, watch } = watched();
  watch.look(0);
  state.leads = false;
  watch.look(5000);
  for (const [at, why] of [
    [6000, "n3 is stopped"],
    [9999, "n1 is stopped"],
    [10_000, "n4 is stopped"],
    [11_000, "n5 is stopped"],
  ] as const) {
    state.why = why;
    watch.look(at);
  }
  expect(told).toEqual(["5000: n2 is stopped", "10000: n4 is stopped"]);
});
