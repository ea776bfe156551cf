import { callable, checkOptions, needed, type Schema } from "@kontiki/actors/node";
import { checkJudged } from "./check-judged.ts";
import type { Model } from "../check/model.ts";
import type { Verdict, Violated } from "../check/verdict.ts";
import type { History, Operation } from "../history/history.ts";
import { brokenClaimsText } from "./broken-claims.ts";
import { costText, count, describeOperation, sizeText, spanText, whyText } from "./describe.ts";
import { readingText } from "./reading-text.ts";

/** How many operations of the longest prefix are shown: its end matters, and it may be very long. */
const PREFIX_SHOWN = 12;

/** Colours for good and bad parts of a text. Default: none. */
export type Paint = {
  /** Colours a good part. */
  readonly good: (text: string) => string;
  /** Colours a bad part. */
  readonly bad: (text: string) => string;
};

const PAINT: Schema<Paint> = {
  good: needed(callable(" that colours a text")),
  bad: needed(callable(" that colours a text")),
};

const PLAIN: Paint = { good: (text) => text, bad: (text) => text };

/** A verdict as text: the first line holds the result, the others explain it. Ends with a newline. */
export function verdictText<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  verdict: Verdict<Input, Output>,
  paint: Paint = PLAIN,
): string {
  checkJudged("verdictText", history, model, verdict);
  checkOptions("verdictText", PAINT, paint, "paint");
  const size = sizeText(history);
  const reading = readingText(history);
  const broken = brokenClaimsText(history, verdict);
  const read = [reading, broken].filter((line) => line !== undefined);
  const cost = `checked in ${costText(verdict.cost)}`;
  switch (verdict.verdict) {
    case "valid": {
      const claimed = verdict.objects.filter(({ by }) => by === "claimed").length;
      const how =
        claimed === 0
          ? []
          : [
              `the claimed order verified for ${claimed} of ${count(verdict.objects.length, "object")}`,
            ];
      return lines(
        `${paint.good("valid")}: ${size}, linearizable as ${model.name}`,
        ...read,
        ...how,
        cost,
      );
    }
    case "violated":
      return lines(
        `${paint.bad("violated")}: ${size}, not linearizable as ${model.name}`,
        ...read,
        ...violation(history, model, verdict, paint),
        cost,
      );
    case "unknown":
      return lines(`unknown: ${size}, ${whyText(verdict.why)}`, ...read, cost);
  }
}

function violation<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  { key, prefix, state, unplaced, otherStates }: Violated<Input, Output>,
  paint: Paint,
): readonly string[] {
  const row = rowOf(history, model);
  const shown = prefix.slice(-PREFIX_SHOWN);
  const skipped = prefix.length - shown.length;
  const others =
    otherStates.length === 0 ? "" : `; other orders lead to ${otherStates.join(" or ")}`;
  return [
    ...(key === "" ? [] : [`object ${key}`]),
    "",
    `longest linearizable prefix: ${count(prefix.length, "operation")}`,
    ...(skipped > 0 ? [`  ... ${count(skipped, "more", "more")} before`] : []),
    ...shown.map((operation, at) => row(String(skipped + at + 1), operation)),
    `  then the state is ${state}${others}`,
    "",
    unplaced.length === 1
      ? "cannot be placed after it:"
      : "cannot be placed after it; the first one must be:",
    ...unplaced.map((operation) => paint.bad(row("x", operation))),
    "",
  ];
}

/** Makes rows with aligned processes and times. */
function rowOf<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
): (mark: string, operation: Operation<Input, Output>) => string {
  const width = history.operations.reduce(
    (most, { process }) => Math.max(most, shown(process).length),
    0,
  );
  return (mark, operation) => {
    const process = shown(operation.process).padEnd(width);
    const what = describeOperation(model, operation);
    return `  ${mark.padStart(6)}  ${process}  ${what}  [${spanText(operation, history)}]`;
  };
}

/** A name is what a file says: its control characters must not control a terminal. */
function shown(name: string): string {
  return name.replace(
    /\p{Cc}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function lines(...all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
