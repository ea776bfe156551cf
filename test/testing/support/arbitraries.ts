import type { Operation } from "@kontiki/testing";
import fc from "fast-check";
import { ok, open } from "./operations.ts";
import type { Reference } from "./reference.ts";

const process = fc.constantFrom("a", "b", "c");

/**
 * Histories that are linearizable because they were: each operation takes effect at one moment, and is
 * called some time before and returns some time after it, or never does. `order` is the moment.
 *
 * Of those that never return some had no effect.
 */
export function runs(reference: Reference, maxLength: number): fc.Arbitrary<readonly Operation[]> {
  const slack = fc.integer({ min: 0, max: 35 });
  const fate = fc.constantFrom("ok", "ok", "ok", "ok", "open", "lost");
  const turn = fc.record({ process, asked: reference.question, before: slack, after: slack, fate });
  return fc.array(turn, { maxLength }).map((turns) => {
    const object = reference.make();
    return turns.map((each, at): Operation => {
      const moment = 10 * at;
      const [call, end] = [moment - each.before, moment + each.after];
      const output = each.fate === "lost" ? null : object(each);
      if (each.fate === "lost") return open(each.process, call, each.asked);
      if (each.fate === "open") return { ...open(each.process, call, each.asked), order: at };
      return { ...ok(each.process, call, end, each.asked, output), order: at };
    });
  });
}

/** Histories of all kinds: short times, so that many are equal, and answers that may be right or wrong. */
export function anything(
  reference: Reference,
  maxLength: number,
): fc.Arbitrary<readonly Operation[]> {
  const time = fc.integer({ min: 0, max: 8 });
  const one = fc.record({
    process,
    asked: reference.question,
    call: time,
    lasts: fc.integer({ min: 0, max: 4 }),
    answer: reference.answer,
    isOpen: fc.integer({ min: 0, max: 3 }).map((chance) => chance === 0),
  });
  return fc
    .array(one, { maxLength })
    .map((all) =>
      all.map(({ process: who, call, asked, lasts, answer, isOpen }) =>
        isOpen ? open(who, call, asked) : ok(who, call, call + lasts, asked, answer),
      ),
    );
}

/** Runs of which one output was changed. */
export function spoiledRuns(
  reference: Reference,
  maxLength: number,
): fc.Arbitrary<readonly Operation[]> {
  return fc
    .tuple(runs(reference, maxLength), fc.nat(), reference.answer)
    .map(([operations, chance, output]) => {
      const answered = operations.filter(({ status }) => status === "ok");
      const spoiled = answered[chance % Math.max(1, answered.length)];
      return operations.map((one) =>
        one === spoiled && one.status === "ok" ? { ...one, output } : one,
      );
    });
}
