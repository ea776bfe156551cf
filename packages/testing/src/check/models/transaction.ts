import { EdnKeyword } from "../../history/edn-scalars.ts";
import type { Operation } from "../../history/history.ts";
import type { Reading } from "../../history/reading.ts";
import { canonical, isList, sameValue, type Value } from "../../history/value.ts";
import { InterpretError } from "../model.ts";
import { outputOf, unknownFunction } from "./operation-fields.ts";

/** One read or write of a transaction, `[:r key value]` in a Jepsen history. Keys and values are canonical texts. */
export type MicroOperation =
  /** Reads the value of a key. */
  | { readonly type: "read"; readonly key: string }
  /** Writes a value, or appends it: what the model does. */
  | { readonly type: "write"; readonly key: string; readonly value: string };

/** A transaction: its reads and writes take effect at one moment, one after another. */
export type Transaction = readonly MicroOperation[];

/** A value that a transaction read. */
export type ReadValue = {
  /** Its canonical text. */
  readonly text: string;
  /** The canonical texts of the writes that led to it, as far as it shows them: the values of a list. */
  readonly values: readonly string[];
};

/** What each part of a transaction read; undefined for writes, and for reads that are not known. */
export type TransactionOutput = readonly (ReadValue | undefined)[];

/** How a model spells its transactions. */
export type TransactionForm = {
  /** The name of the model. */
  readonly model: string;
  /** The name of its writes: "w" or "append". */
  readonly write: string;
  /** Reads the value of a read. @throws InterpretError when no object of the model has it. */
  readonly readValue: (value: Value) => ReadValue;
};

type Part = { readonly name: string; readonly key: string; readonly value: Value };

/** Reads a transaction of a file: `[[:r x nil] [:w y 3]]`, and in its answer the values that were read. */
export function transactionOf(
  operation: Operation,
  form: TransactionForm,
  reading: Reading | undefined,
): { readonly input: Transaction; readonly output: TransactionOutput | undefined } {
  const { f, value } = operation.input;
  if (f !== "txn") return unknownFunction(form.model, f, "txn");
  const parts = partsOf(value, form);
  const input = parts.map(({ name, key, value: written }): MicroOperation =>
    name === "r" ? { type: "read", key } : { type: "write", key, value: canonical(written) },
  );
  const answer = outputOf(operation);
  if (answer === undefined) return { input, output: undefined };
  const isUnknown = reading?.unknownReads === true;
  if (answer === null && isUnknown) return { input, output: parts.map(() => undefined) };
  const answered = partsOf(answer, form);
  if (answered.length !== parts.length || !parts.every((part, at) => answers(part, answered[at])))
    throw new InterpretError(
      `a txn must return its own operations with the values that it read, not ${canonical(answer)}`,
    );
  const output = answered.map(({ name, value: read }) =>
    name !== "r" || (read === null && isUnknown) ? undefined : form.readValue(read),
  );
  return { input, output };
}

function partsOf(value: Value, form: TransactionForm): readonly Part[] {
  if (isList(value)) return value.map((part) => partOf(part, form));
  throw new InterpretError(`a txn needs a list of operations, not ${canonical(value)}`);
}

function partOf(part: Value, { model, write }: TransactionForm): Part {
  const [first = null, key = null, value = null, ...more] = isList(part) ? part : [];
  const name = nameOf(first);
  if (isList(part) && part.length >= 2 && more.length === 0 && (name === "r" || name === write))
    return { name, key: canonical(key), value };
  throw new InterpretError(
    `a txn of ${model} has [:r key value] and [:${write} key value], not ${canonical(part)}`,
  );
}

/** The letters of a keyword, or of a string as JSON has it, with or without the colon. */
function nameOf(value: Value): string | undefined {
  if (value instanceof EdnKeyword) return value.name;
  return typeof value === "string" ? value.replace(/^:/, "") : undefined;
}

/** Whether a part of an answer is that of this part of a request. */
function answers({ name, key, value }: Part, answer: Part | undefined): boolean {
  if (answer?.name !== name || answer.key !== key) return false;
  return name === "r" || sameValue(answer.value, value);
}
