import { AssertionError, step } from "@kontiki/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { EXPLORED } from "../../../packages/testing/src/sometimes/explored.ts";
import { isMet, Moment } from "../../../packages/testing/src/sometimes/point.ts";
import { STEP_POINTS } from "../../../packages/testing/src/sometimes/registry.ts";
import {
  a,
  b,
  c,
  env,
  follower,
  leader,
  performOn,
  probe,
  replicating,
} from "../../core/support/core.ts";
import { anyLog, anyMeant, CROWNING, meet } from "../../core/support/events.ts";

const POINTS = [...STEP_POINTS, ...EXPLORED];

test("no situation throws, whatever arrives in whatever order", () => {
  const asked = new Set<string>();
  fc.assert(
    fc.property(
      anyLog,
      fc.boolean(),
      fc.array(anyMeant, { maxLength: 30, size: "max" }),
      (terms, leads, events) => {
        const made = env({ voters: [a, b, c], log: terms, leases: true, quorumBeats: 2 });
        const term = terms.at(-1) ?? 1;
        const progress = { b: probe(1, { waiting: true }), c: replicating(1, { match: 0 }) };
        let state = leads ? leader({ term, progress }) : follower({ term, leader: b });
        for (const meant of leads ? events : [...CROWNING, ...events]) {
          const event = meet(made, state, meant);
          const next = stepOf(made, state, event);
          if (next === undefined) return;
          const moment = new Moment(made, {
            before: state,
            event,
            after: next.state,
            effects: next.effects,
          });
          for (const point of POINTS) {
            const cause = event.type === "message" ? event.message : event;
            if (!point.on.includes(cause.type)) continue;
            expect(isMet(point, moment)).toBeTypeOf("boolean");
            asked.add(point.name);
          }
          performOn(made.log, next.effects);
          state = next.state;
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(POINTS.filter(({ name, on }) => !asked.has(name) && !on.every(isFetch))).toEqual([]);
});

/** What the events of this test leave out. */
function isFetch(trigger: string): boolean {
  return trigger.startsWith("fetch");
}

/** A step; undefined where the core itself refuses what no server would send. */
function stepOf(...args: Parameters<typeof step<string>>) {
  try {
    return step(...args);
  } catch (error) {
    if (error instanceof AssertionError) return undefined;
    throw error;
  }
}
