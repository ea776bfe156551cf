import {
  Chance,
  checkLinearizable,
  interpretHistory,
  models,
  parseHistory,
  type AnyFileModel,
  type Format,
} from "@kontiki/testing";
import { isLinearizable } from "./naive.ts";
import { OBJECTS, type AtomicObject, type ObjectName } from "./objects.ts";
import { seenOf, type FailedCas, type Manner } from "./reading.ts";
import { changed, simulated } from "./simulate.ts";
import type { Story } from "./story.ts";
import { textOf } from "./text.ts";

/** A generated history: its model and format, and the numbers that draw it. */
export type Case = {
  readonly model: ObjectName;
  readonly format: Format;
  readonly seed: number;
  readonly number: number;
};

/** What two judges that share no code say of one text. */
export type Compared = {
  /** "made": linearizable by construction. "changed": the same with one answer changed. */
  readonly kind: "made" | "changed";
  readonly failedCas: FailedCas;
  readonly text: string;
  readonly expected: "valid" | "violated";
  /** The verdict of the checker, or its error. */
  readonly actual: string;
};

/** Writes a history in both kinds, reads each in all ways, and has both judges decide. */
export function compared(one: Case): readonly Compared[] {
  const chance = new Chance(`${one.seed} ${one.model} ${one.format} ${one.number}`);
  const object: AtomicObject = objectOf(one);
  const story = simulated(object, chance, {
    operations: 2 + chance.below(9),
    clients: 2 + chance.below(4),
    lost: chance.pick([0, 0.1, 0.5]) ?? 0,
    failed: chance.pick([0, 0.1, 0.3]) ?? 0,
  });
  const coarse = one.format === "jsonl" ? (chance.pick([1, 1, 2, 4]) ?? 1) : 1;
  const other = changed(story, object, chance);
  return [
    ...inAllReadings(one, "made", story, coarse, chance),
    ...inAllReadings(one, "changed", other, coarse, chance),
  ];
}

/** The log of a Jepsen test has no keys. */
function objectOf({ model, format }: Case): AtomicObject {
  const object = OBJECTS[model];
  return format === "jepsen" ? { ...object, keys: 0 } : object;
}

/** The ways to read a file: JSON lines leave no choice. */
function readingsOf(_format: Format): readonly FailedCas[] {
  return ["observed"];
}

function inAllReadings(
  one: Case,
  kind: Compared["kind"],
  story: Story,
  coarse: number,
  chance: Chance,
): readonly Compared[] {
  const text = textOf(
    story,
    { format: one.format, failedCas: "no-effect", coarse },
    one.model === "key-value",
    chance,
  );
  return readingsOf(one.format).map((failedCas) => {
    const manner: Manner = { format: one.format, failedCas, coarse };
    const isValid = isLinearizable(seenOf(story, manner), objectOf(one));
    return {
      kind,
      failedCas,
      text,
      expected: isValid ? "valid" : "violated",
      actual: verdictOf(text, one, failedCas),
    };
  });
}

function verdictOf(text: string, { model: name, format }: Case, _failedCas: FailedCas): string {
  const model: AnyFileModel = models[name];
  try {
    const history = interpretHistory(parseHistory(text, format), model);
    return checkLinearizable(history, model).verdict;
  } catch (error) {
    return String(error);
  }
}
