import type { Format } from "@kontiki/testing";
import type { Datum } from "./datum.ts";
import type { Seen } from "./naive.ts";
import type { Act, Story } from "./story.ts";

/** The two readings of `:fail`, the default one first. */
export const FAILED_CAS = ["no-effect", "observed"] as const;

/** What a failed compare-and-set of a Jepsen history means. */
export type FailedCas = (typeof FAILED_CAS)[number];

/** How a story is written into a file, and how the file must be read. */
export type Manner = {
  readonly format: Format;
  readonly failedCas: FailedCas;
  /** Where the file has the key of an operation: in a field, or in the value as `[key value]`. */
  readonly keys: "field" | "value";
  /** Times are divided by this, so that some are the same. Only of JSON lines: there, times are the order. */
  readonly coarse: number;
};

/** What a file has of the end of an operation. */
export type Shown =
  | { readonly type: "ok"; readonly at: number; readonly output: Datum | "echo" }
  | { readonly type: "fail"; readonly at: number; readonly hasReason: boolean }
  | { readonly type: "info"; readonly at: number }
  | { readonly type: "none" };

const NOT_REPORTED = ["write", "put", "enqueue"];
const SOMETIMES_REPORTED = ["append", "delete", "add", "remove"];

/** What the file has of the end of an operation. The position of a call stands for a choice of its client. */
export function shownOf({ f, call, end }: Act, format: Format): Shown {
  if (end.type !== "ok") return end;
  const isQuiet = NOT_REPORTED.includes(f) || (SOMETIMES_REPORTED.includes(f) && call % 2 === 0);
  if (isQuiet) return { ...end, output: "echo" };
  if (f !== "cas" || format === "jsonl") return end;
  // Most clients of Jepsen call a compare-and-set that found another value a failure.
  if (end.output === false)
    return call % 5 === 0 ? end : { type: "fail", at: end.at, hasReason: false };
  return { ...end, output: "echo" };
}

/** What a judge may know of a story that was written in this manner. */
export function seenOf(story: Story, manner: Manner): readonly Seen[] {
  return story.flatMap((act, turn) => {
    const shown = shownOf(act, manner.format);
    const time = (at: number): number => Math.floor(at / manner.coarse);
    const common = { ask: act, process: String(act.process), turn, call: time(act.call) };
    if (shown.type === "none" || shown.type === "info")
      return [{ ...common, end: Infinity, output: undefined }];
    const end = time(shown.at);
    if (shown.type === "fail") {
      const isAnswer =
        act.f === "cas" &&
        manner.format !== "jsonl" &&
        manner.failedCas === "observed" &&
        !shown.hasReason;
      return isAnswer ? [{ ...common, end, output: false }] : [];
    }
    const isMatch = act.f === "cas" && shown.output === "echo";
    return [
      {
        ...common,
        end,
        output: isMatch ? true : shown.output === "echo" ? undefined : shown.output,
      },
    ];
  });
}
