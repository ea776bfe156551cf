import { step, type Event, type State } from "@kontiki/core";
import { expect, test } from "vitest";
import {
  causeOf,
  isMet,
  Moment,
  type StepPoint,
} from "../../../packages/testing/src/sometimes/point.ts";
import type { Command, TestEnv } from "../../core/support/core.ts";

/** A step of the core, to be made: where, from which state, by which event. */
export type Made = readonly [env: TestEnv, before: State, event: Event<Command>];

/** The name of a situation, a step that meets it, and one that barely does not. */
export type Case = readonly [name: string, met: Made, missed: Made];

/** Makes a step by the core itself. */
export function momentOf([env, before, event]: Made): Moment {
  const { state, effects } = step(env, before, event);
  return new Moment(env, { before, event, after: state, effects });
}

/** Tests each situation by its two steps, and that none is without a test. */
export function testPoints(points: readonly StepPoint[], cases: readonly Case[]): void {
  test("each situation has a step that meets it and one that does not", () => {
    expect(cases.map(([name]) => name).toSorted()).toEqual(
      points.map(({ name }) => name).toSorted(),
    );
  });
  test.each(cases)("%s", (name, met, missed) => {
    const point = points.find((each) => each.name === name);
    const holds = (made: Made): boolean =>
      point?.on.includes(causeOf(made[2]).type) === true && isMet(point, momentOf(made));
    expect({ met: holds(met), missed: holds(missed) }).toEqual({ met: true, missed: false });
  });
}
