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
import { FAILED_CAS, seenOf, type FailedCas, type Manner } from "./reading.ts";
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
  const object: AtomicObject = OBJECTS[one.model];
  const story = simulated(object, chance, {
    operations: 2 + chance.below(9),
    clients: 2 + chance.below(4),
    lost: chance.pick([0, 0.1, 0.5]) ?? 0,
    failed: chance.pick([0, 0.1, 0.3]) ?? 0,
  });
  const coarse = one.format === "jsonl" ? (chance.pick([1, 1, 2, 4]) ?? 1) : 1;
  // The log of a Jepsen test has no field for the key.
  const isField = one.format === "jsonl" || (one.format === "edn" && chance.happens(0.5));
  const written = { format: one.format, coarse, keys: isField ? "field" : "value" } as const;
  return [
    ...inAllReadings(one, "made", story, written, chance),
    ...inAllReadings(one, "changed", changed(story, object, chance), written, chance),
  ];
}

function inAllReadings(
  one: Case,
  kind: Compared["kind"],
  story: Story,
  written: Omit<Manner, "failedCas">,
  chance: Chance,
): readonly Compared[] {
  const readings = FAILED_CAS.map((failedCas): Manner => ({ ...written, failedCas }));
  const [first] = readings;
  if (first === undefined) return [];
  const text = textOf(story, first, one.model === "key-value", chance);
  // JSON lines leave no choice.
  return (one.format === "jsonl" ? [first] : readings).map((manner) => ({
    kind,
    failedCas: manner.failedCas,
    text,
    expected: isLinearizable(seenOf(story, manner), OBJECTS[one.model]) ? "valid" : "violated",
    actual: verdictOf(text, one.model, manner),
  }));
}

function verdictOf(text: string, name: ObjectName, { format, failedCas, keys }: Manner): string {
  const model: AnyFileModel = models[name];
  const independent = keys === "value" && OBJECTS[name].keys > 0;
  const options = format === "jsonl" ? { independent } : { independent, failedCas };
  try {
    const history = interpretHistory(parseHistory(text, format, options), model);
    return checkLinearizable(history, model).verdict;
  } catch (error) {
    return String(error);
  }
}
