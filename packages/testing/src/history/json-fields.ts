import { HistoryError } from "./history-error.ts";
import { jsonErrorOffset } from "./json-syntax.ts";
import type { Line } from "./lines.ts";
import { isExact, isList, type Value, type ValueRecord } from "./value.ts";

/** Deeper values would exhaust the stack when they are compared. */
const DEPTH_MAX = 200;

/** The fields of a line that holds one JSON object. Each field is read once. Errors give line and column. */
export class JsonFields {
  readonly #line: Line;
  readonly #left: Map<string, Value>;

  /** Parses a line. @throws HistoryError when it is not a JSON object, or its numbers are not exact. */
  constructor(line: Line) {
    this.#line = line;
    this.#left = new Map(Object.entries(this.#parse(line.text)));
  }

  /** Reads a string. */
  text(name: string): string {
    return this.optionalText(name) ?? this.#missing(name);
  }

  /** Reads a string; undefined when the field is missing. */
  optionalText(name: string): string | undefined {
    const value = this.optionalValue(name);
    if (value === undefined || typeof value === "string") return value;
    throw this.error(name, `"${name}" must be a string`);
  }

  /** Reads a number. */
  number(name: string): number {
    return this.optionalNumber(name) ?? this.#missing(name);
  }

  /** Reads a number; undefined when the field is missing. */
  optionalNumber(name: string): number | undefined {
    const value = this.optionalValue(name);
    if (value === undefined || typeof value === "number") return value;
    throw this.error(name, `"${name}" must be a number`);
  }

  /** Reads one of these strings. */
  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const text = this.text(name);
    const choice = choices.find((known) => known === text);
    if (choice !== undefined) return choice;
    throw this.error(name, `"${name}" must be one of ${choices.join(", ")}`);
  }

  /** Reads any value; undefined when the field is missing. */
  optionalValue(name: string): Value | undefined {
    const value = this.#left.get(name);
    this.#left.delete(name);
    return value;
  }

  /** Ends the reading of the line. @throws HistoryError when a field was not read. */
  end(): void {
    const [extra] = this.#left.keys();
    if (extra !== undefined)
      throw this.error(extra, `${JSON.stringify(extra)} does not belong here`);
  }

  /** Makes an error at a field. */
  error(name: string, message: string): HistoryError {
    const { text, number } = this.#line;
    return new HistoryError(message, number, text.indexOf(JSON.stringify(name)) + 1 || 1);
  }

  #missing(name: string): never {
    throw new HistoryError(`"${name}" is missing`, this.#line.number, 1);
  }

  #parse(text: string): ValueRecord {
    const { number } = this.#line;
    let parsed: Value;
    try {
      parsed = JSON.parse(text) as Value;
    } catch {
      const offset = jsonErrorOffset(text) ?? 0;
      const message = offset < text.length ? "this is not JSON" : "the line ends within its JSON";
      throw new HistoryError(message, number, offset + 1);
    }
    if (typeof parsed !== "object" || parsed === null || isList(parsed)) {
      throw new HistoryError("not a JSON object", number, 1);
    }
    const problem = problemOf(parsed, 0);
    if (problem !== undefined) throw new HistoryError(problem, number, 1);
    return parsed;
  }
}

function problemOf(value: Value, depth: number): string | undefined {
  if (typeof value === "number") {
    return isExact(value) ? undefined : `${value} is too large to be exact: write it as a string`;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > DEPTH_MAX) return `values nest deeper than ${DEPTH_MAX}`;
  for (const inner of Object.values(value) as readonly Value[]) {
    const problem = problemOf(inner, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
