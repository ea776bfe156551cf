import type { Model } from "../check/model.ts";
import { objectOf } from "../check/object-of.ts";
import type { Verdict } from "../check/verdict.ts";
import type { History, Mark } from "../history/history.ts";
import { placements } from "./placement.ts";
import { describeOperation } from "./describe.ts";
import { shownTimes, type ShownTimes } from "./times.ts";

/** The data that the page's script draws; `packages/web/src/report/data.js` documents the reading side. */
export type PageData = {
  readonly unit: History["unit"];
  readonly processes: readonly string[];
  readonly objects: readonly string[];
  readonly operations: readonly PageOperation[];
  readonly bands: readonly PageBand[];
  /** The position of the operation whose return cannot be explained; -1 when there is none. */
  readonly blocked: number;
};

/** An operation: client, call, return (null: never), status, text, number in order (0: none), not placeable, object. */
export type PageOperation = readonly [
  process: number,
  call: number,
  end: number | null,
  status: "ok" | "failed" | "open",
  text: string,
  number: number,
  isUnplaced: boolean,
  object: number,
];

type PageBand = {
  readonly type: Mark["type"];
  readonly text: string;
  readonly from: number;
  readonly to: number | null;
};

/** The data of a history and its verdict. */
export function pageData<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  verdict: Verdict<Input, Output>,
): PageData {
  const { operations, marks } = history;
  const times = shownTimes(history);
  const placed = placements(verdict);
  const processes = new Numbers();
  const objects = new Numbers();
  return {
    unit: times.unit,
    operations: operations.map((operation) => {
      const placement = placed.get(operation);
      return [
        processes.of(operation.process),
        times.at(operation.call),
        operation.status === "open" ? null : times.at(operation.return),
        operation.status,
        describeOperation(model, operation),
        placement?.type === "placed" ? placement.number : 0,
        placement?.type === "unplaced",
        objects.of(objectOf(operation, model)),
      ];
    }),
    processes: processes.names,
    objects: objects.names,
    bands: marks.map((mark) => bandOf(mark, times)),
    blocked: verdict.verdict === "violated" ? operations.indexOf(verdict.blocked) : -1,
  };
}

function bandOf(mark: Mark, { at }: ShownTimes): PageBand {
  const { type, from, to } = mark;
  const text =
    mark.type === "leader"
      ? `leader ${mark.node}${mark.term === undefined ? "" : `, term ${mark.term}`}`
      : faultName(mark);
  return { type, text, from: at(from), to: to === undefined ? null : at(to) };
}

/** A fault's text, after its node where the text does not say it. */
function faultName({ node, text }: Mark & { readonly type: "fault" }): string {
  const isSaid = node === undefined || text.split(/[^\w-]+/).includes(node);
  return isSaid ? text : `${node}: ${text}`;
}

/** Numbers names in order of first use. */
class Numbers {
  readonly #numbers = new Map<string, number>();

  get names(): readonly string[] {
    return [...this.#numbers.keys()];
  }

  of(name: string): number {
    const number = this.#numbers.get(name) ?? this.#numbers.size;
    this.#numbers.set(name, number);
    return number;
  }
}
