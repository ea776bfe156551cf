import type { Operation } from "@kontiki/testing";
import fc from "fast-check";
import { ok, open } from "./operations.ts";
import type { Reference } from "./reference.ts";

const process = fc.constantFrom("a", "b", "c");

/**
 * Histories that are linearizable by construction: each operation takes effect at one moment, is called before it, and
 * returns after it or never. `order` is the moment.
 *
 * Some of the operations that never return have no effect.
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

/**
 * Histories of all kinds: small times, so that many are equal, and answers that may be right or wrong. Operations last up
 * to `longest`, and `openOfTen` of ten never return.
 */
export function anything(
  reference: Reference,
  maxLength: number,
  { longest = 4, openOfTen = 2 }: { longest?: number; openOfTen?: number } = {},
): fc.Arbitrary<readonly Operation[]> {
  const one = reference.question.chain((asked) =>
    fc.record({
      process,
      asked: fc.constant(asked),
      call: fc.integer({ min: 0, max: 9 }),
      lasts: fc.integer({ min: 0, max: longest }),
      answer: reference.answer(asked[0], asked[1]),
      isOpen: fc.nat(9).map((chance) => chance < openOfTen),
    }),
  );
  return fc
    .array(one, { maxLength, size: "max" })
    .map((all) =>
      all.map(({ process: who, call, asked, lasts, answer, isOpen }) =>
        isOpen ? open(who, call, asked) : ok(who, call, call + lasts, asked, answer),
      ),
    );
}

/** Runs in which one output was changed. */
export function spoiledRuns(
  reference: Reference,
  maxLength: number,
): fc.Arbitrary<readonly Operation[]> {
  return fc.tuple(runs(reference, maxLength), fc.nat()).chain(([operations, chance]) => {
    const answered = operations.filter((one) => one.status === "ok");
    const spoiled = answered[chance % Math.max(1, answered.length)];
    if (spoiled === undefined) return fc.constant(operations);
    return reference
      .answer(spoiled.input.f, spoiled.input.value)
      .map((output) => operations.map((one) => (one === spoiled ? { ...spoiled, output } : one)));
  });
}
