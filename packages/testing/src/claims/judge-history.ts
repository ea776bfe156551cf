import { messageOf } from "@kontiki/actors/node";
import { interpretHistory } from "../check/interpret.ts";
import { checkLinearizable } from "../check/linearizable.ts";
import { ModelError } from "../check/model-error.ts";
import type { AnyFileModel } from "../check/models/index.ts";
import { outputOf } from "../check/output-of.ts";
import type { Verdict } from "../check/verdict.ts";
import type { History } from "../history/history.ts";
import { withReadsPlaced } from "./read-order.ts";
import type { Report } from "./report.ts";

/** The doubt about a history that nothing can judge. */
export const NOT_JUDGED =
  'the history is not judged, because the state machine has no model: give a specification, or specification: "none"';

/** How often a check may read the clock, and how many bytes it may remember. In the worst case it takes some seconds. */
const LIMITS = { looks: 8_000, memoryBytes: 2 ** 28 } as const;

/**
 * Judges a history; it tries the order of the log first. The limit is a number of clock reads, which come after a fixed
 * number of steps each, so that a history has the same verdict on all machines.
 *
 * @returns why there is no verdict, if there is none.
 */
export function judgeHistory(
  history: History,
  model: AnyFileModel,
  report: Report,
  looksMax: number = LIMITS.looks,
): string | undefined {
  let looks = 0;
  const limits = { timeMs: looksMax, memoryBytes: LIMITS.memoryBytes, now: () => (looks += 1) };
  const verdict = triedBy(() => {
    const spoken = withReadsPlaced(interpretHistory(history, model), model);
    return checkLinearizable(spoken, model, limits);
  }, report);
  if (verdict === undefined) return undefined;
  if (verdict.verdict === "unknown")
    return `whether the history is linearizable is unknown: the search took too much ${verdict.why === "memory" ? "memory" : "time"}`;
  if (verdict.verdict === "violated")
    report({ check: "linearizable", text: wordsOf(verdict, model) });
  return undefined;
}

/** Undefined when the model throws, which is reported. */
function triedBy<T>(judge: () => T, report: Report): T | undefined {
  try {
    return judge();
  } catch (error) {
    const text =
      error instanceof ModelError ? error.message : `the model threw: ${messageOf(error)}`;
    report({ check: "model", text });
    return undefined;
  }
}

type Violated = Verdict<unknown, unknown> & { readonly verdict: "violated" };

function wordsOf({ blocked, prefix, state }: Violated, model: AnyFileModel): string {
  const what = model.describe(blocked.input, outputOf(blocked));
  return `${what} of ${blocked.process}, called at ${blocked.call} ms, fits nowhere: after ${prefix.length} operations the state is ${state}`;
}
