import {
  either,
  fields,
  isRecord,
  needed,
  oneOf,
  text,
  whole,
  type Schema,
} from "@kontiki/actors/node";

/** A range of seeds to run. */
export type RangeWork = {
  readonly type: "range";
  /** The digest of the code that must run it. */
  readonly code: string;
  readonly range: number;
};

/**
 * The ranges from this one on are not in the queue yet. The worker that takes it puts a few of them into the queue, and what
 * is left after them. So the queue stays short however many ranges there are, and no process has to stay to fill it.
 */
export type MoreWork = { readonly type: "more"; readonly code: string; readonly from: number };

/** What is in the work queue. */
export type Work = RangeWork | MoreWork;

/** How many ranges one {@link MoreWork} puts into the queue. */
const BATCH = 64;

const RANGE: Schema<RangeWork> = {
  type: needed(oneOf("range")),
  code: needed(text("a digest")),
  range: needed(whole(0)),
};

const MORE: Schema<MoreWork> = {
  type: needed(oneOf("more")),
  code: needed(text("a digest")),
  from: needed(whole(0)),
};

const isMore = (value: unknown): boolean => isRecord(value) && value["type"] === "more";

const isWork = either(isMore, fields(MORE), fields(RANGE));

/** Work that came over the network; undefined for anything else. */
export function workOf(value: unknown): Work | undefined {
  return isWork(value, "work") === undefined ? (value as Work) : undefined;
}

/** A message of the work queue, and the id by which the server drops its repetitions. */
export type Queued = { readonly id: string; readonly work: Work };

/** The start of a campaign's queue. */
export function firstWork(code: string): Queued {
  return more(code, 0);
}

/** What comes in the place of work that stands for more: ranges, and what is left after them. `end`: no range from it on. */
export function unfolded({ code, from }: MoreWork, end: number): readonly Queued[] {
  const until = Math.min(from + BATCH, end);
  const ranges = Array.from({ length: Math.max(0, until - from) }, (_none, at): Queued => {
    const range = from + at;
    return { id: `range ${range}`, work: { type: "range", code, range } };
  });
  return until < end ? [...ranges, more(code, until)] : ranges;
}

function more(code: string, from: number): Queued {
  return { id: `more ${from}`, work: { type: "more", code, from } };
}
