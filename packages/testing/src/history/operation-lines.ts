import type { Clock } from "./clock.ts";
import { ARGUED, ASKING } from "./event-operation.ts";
import { HistoryError } from "./history-error.ts";
import type { Call, Ending, Operation } from "./history.ts";
import { INDEPENDENT_HINT, keyedProblem, keyedValue, looksIndependent } from "./independent.ts";
import type { JsonFields } from "./json-fields.ts";
import { withTurns, type Overlap } from "./process-turns.ts";
import type { ReadingOptions } from "./reading.ts";
import { canonical, sameValue, type Value } from "./value.ts";

const STATUSES = ["ok", "failed", "open"] as const satisfies readonly Operation["status"][];

/** The operations of a file in JSON lines, and the rules that they must follow together. */
export class OperationLines {
  readonly #options: ReadingOptions;
  readonly #clock: Clock;
  readonly #operations: Operation[] = [];
  readonly #orders = new Map<string, number>();

  constructor(options: ReadingOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Reads an operation from the fields of a line. @throws HistoryError at that line. */
  add(fields: JsonFields, line: number): void {
    const input = this.#inputOf(fields);
    const order = fields.optionalNumber("order");
    const process = fields.text("process");
    const call = fields.time("call", this.#clock);
    const status = fields.oneOf("status", STATUSES);
    const ending = this.#endingOf(fields, status, call, input);
    if (order !== undefined && status !== "failed") this.#claim(fields, line, input, order);
    const claimed = order === undefined ? {} : { order };
    this.#operations.push({ process, input, call, line, ...claimed, ...ending });
  }

  /** All operations. @throws HistoryError when a process runs two at once, or they look like those of independent keys. */
  operations(): readonly Operation[] {
    const all = this.#operations;
    if (this.#options.independent === undefined) {
      const alike = looksIndependent(all);
      if (alike !== undefined) throw new HistoryError(INDEPENDENT_HINT, alike.line ?? 1, 1);
    }
    const turned = withTurns(all);
    if ("later" in turned) throw this.#overlapError(turned);
    return turned;
  }

  #overlapError(overlap: Overlap): HistoryError {
    const [earlier, later] = [this.#operations[overlap.earlier], this.#operations[overlap.later]];
    const that = `that of line ${earlier?.line}`;
    const why =
      earlier?.status === "open"
        ? `but ${that} never returned: a client that continues needs another name`
        : `before ${that} has returned`;
    const message = `process ${later?.process} calls an operation at ${later?.call}, ${why}`;
    return new HistoryError(message, later?.line ?? 1, 1);
  }

  #inputOf(fields: JsonFields): Call {
    const key = fields.optionalValue("key");
    const f = fields.text("f");
    const written = fields.optionalValue("value");
    const value = written ?? null;
    if (this.#options.independent !== true) {
      const lacksValue = written === undefined && ARGUED.includes(f);
      const lacks = lacksValue ? { lacksValue } : {};
      return key === undefined ? { f, value, ...lacks } : { f, key, value, ...lacks };
    }
    if (key !== undefined)
      throw fields.error("key", 'with independent keys an operation has no "key"');
    const keyed = keyedValue(value);
    if (keyed === undefined) throw fields.error("value", keyedProblem(value));
    return { f, ...keyed };
  }

  #endingOf(
    fields: JsonFields,
    status: Operation["status"],
    call: number,
    { f, key = null }: Call,
  ): Ending<Value> {
    if (status === "open") return { status };
    const end = fields.time("return", this.#clock);
    if (end < call) throw fields.error("return", `"return" ${end} is before "call" ${call}`);
    if (status === "failed") return { status, return: end };
    const output = fields.optionalValue("output");
    const { independent, unknownReads } = this.#options;
    if (output === undefined && unknownReads !== true && ASKING.includes(f)) {
      const problem = `"output" is missing: null if the ${f} found nothing`;
      throw fields.error("status", problem);
    }
    const isKeyless = output === undefined || output === null || typeof output === "boolean";
    if (independent !== true || isKeyless) return { status, return: end, output: output ?? null };
    const keyed = keyedValue(output);
    if (keyed === undefined || !sameValue(keyed.key, key))
      throw fields.error("output", keyedProblem(output, key));
    return { status, return: end, output: keyed.value };
  }

  /** Two operations on one object cannot have one position in the order of its effects. */
  #claim(fields: JsonFields, line: number, { key }: Call, order: number): void {
    const position = `${order} ${key === undefined ? "" : canonical(key)}`;
    const other = this.#orders.get(position);
    if (other !== undefined)
      throw fields.error("order", `"order" ${order} is that of line ${other} too`);
    this.#orders.set(position, line);
  }
}
