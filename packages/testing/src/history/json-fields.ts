import type { Clock } from "./clock.ts";
import { EdnValue } from "./edn-scalars.ts";
import { HistoryError } from "./history-error.ts";
import { JsonError, JsonReader } from "./json-reader.ts";
import type { Line } from "./lines.ts";
import { canonical, isList, type Value, type ValueRecord } from "./value.ts";

/** The fields of a line that holds one JSON object. Each field is read once. Errors give line and column. */
export class JsonFields {
  readonly #line: Line;
  readonly #record: ValueRecord;
  readonly #read: string[] = [];

  /** Parses a line. @throws HistoryError when it is not a JSON object. */
  constructor(line: Line) {
    this.#line = line;
    this.#record = this.#parse(line.text);
  }

  /** Reads a string. */
  text(name: string): string {
    return this.optionalText(name) ?? this.#missing(name);
  }

  /** Reads a string; undefined when the field is missing. */
  optionalText(name: string): string | undefined {
    const value = this.optionalValue(name);
    if (value === undefined || typeof value === "string") return value;
    const example = typeof value === "number" ? `, such as "${value}"` : "";
    throw this.error(name, `"${name}" must be a string${example}`);
  }

  /** Reads a number. */
  number(name: string): number {
    return this.optionalNumber(name) ?? this.#missing(name);
  }

  /** Reads a number; undefined when the field is missing. */
  optionalNumber(name: string): number | undefined {
    const value = this.optionalValue(name);
    if (value === undefined || typeof value === "number") return value;
    const isNumber = typeof value === "bigint" || value instanceof EdnValue;
    const problem = isNumber ? `is too large or too fine: ${canonical(value)}` : "must be a number";
    throw this.error(name, `"${name}" ${problem}`);
  }

  /** Reads a time: a number of any size, or one in a string. */
  time(name: string, clock: Clock): number {
    return this.optionalTime(name, clock) ?? this.#missing(name);
  }

  /** Reads a time; undefined when the field is missing. */
  optionalTime(name: string, clock: Clock): number | undefined {
    const value = this.optionalValue(name);
    const time = value === undefined ? undefined : clock.read(value);
    if (typeof time !== "string") return time;
    throw this.error(name, `"${name}" ${time}`);
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
    if (!Object.hasOwn(this.#record, name)) return undefined;
    this.#read.push(name);
    return this.#record[name];
  }

  /** Ends the reading of the line. @throws HistoryError when a field was not read. */
  end(): void {
    const names = Object.keys(this.#record);
    if (names.length === this.#read.length) return;
    const extra = names.find((name) => !this.#read.includes(name));
    if (extra !== undefined)
      throw this.error(extra, `${JSON.stringify(extra)} does not belong here`);
  }

  /** Makes an error at a field. */
  error(name: string, message: string): HistoryError {
    const { text, number } = this.#line;
    let offset = 0;
    new JsonReader(text).read((known, at) => {
      if (known === name) offset = at;
    });
    return new HistoryError(message, number, offset + 1);
  }

  #missing(name: string): never {
    throw new HistoryError(`"${name}" is missing`, this.#line.number, 1);
  }

  #parse(text: string): ValueRecord {
    const parsed = this.#valueOf(text);
    const isRecord =
      typeof parsed === "object" &&
      parsed !== null &&
      !isList(parsed) &&
      !(parsed instanceof EdnValue);
    if (isRecord) return parsed;
    throw new HistoryError("not a JSON object: each line has one", this.#line.number, 1);
  }

  #valueOf(text: string): Value {
    try {
      return new JsonReader(text).read();
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new HistoryError(error.message, this.#line.number, error.offset + 1);
    }
  }
}
