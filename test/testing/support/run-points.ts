import type { CommandBytes, Letter, NodeActor } from "@kontiki/actors/node";
import type { CoreStep, Happening } from "@kontiki/testing";
import type { Env, NodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import type { RunPoints } from "../../../packages/testing/src/sometimes/run-point.ts";
import { a } from "../../core/support/core.ts";
import { momentOf, type Made } from "./step-points.ts";

/** A part of a run: a happening, or a step with what its node is like at that moment. */
export type Part = Happening | Stepped;

/** See {@link stepped}. */
type Stepped = {
  readonly type: "step";
  readonly step: CoreStep;
  readonly actor: Pick<NodeActor, "env" | "letters" | "timer" | "holdsLease">;
};

const NO_LETTERS: readonly Letter[] = [];

/** A step of node `a` that the core makes, in the turn that `letters` began; the node's timer has epoch 3. */
export function stepped(
  made: Made,
  {
    node = a,
    letters = NO_LETTERS,
    holdsLease = false,
  }: {
    readonly node?: NodeId;
    readonly letters?: readonly Letter[];
    readonly holdsLease?: boolean;
  } = {},
): Stepped {
  const { env, before, event, after, effects } = momentOf(made);
  return {
    type: "step",
    step: { node, before, event, after, effects } as CoreStep,
    actor: {
      env: env as unknown as Env<CommandBytes>,
      letters,
      timer: { type: "election", epoch: 3 },
      holdsLease,
    },
  };
}

/** The name of a situation, a run that meets it, and one that barely does not. */
export type RunCase = readonly [name: string, met: readonly Part[], missed: readonly Part[]];

/** The situations that a run meets, in the order in which it does. */
function metIn({ watch }: RunPoints, parts: readonly Part[]): readonly string[] {
  const met = new Set<string>();
  const watching = watch((name) => met.add(name));
  for (const part of parts)
    if (part.type === "step") watching.onStep(part.step, part.actor);
    else watching.onHappening(part);
  return [...met];
}

/** Tests each situation by its two runs, and that none is without a test. */
export function testRunPoints(subject: RunPoints, cases: readonly RunCase[]): void {
  test("each situation has a run that meets it and one that does not", () => {
    expect(cases.map(([name]) => name)).toEqual(subject.points.map(({ name }) => name));
  });
  test.each(cases)("%s", (name, met, missed) => {
    expect(metIn(subject, met)).toContain(name);
    expect(metIn(subject, missed)).not.toContain(name);
  });
}
