import type { Value } from "../../history/value.ts";
import type { FileModel } from "../model.ts";
import {
  transactionOf,
  type Transaction,
  type TransactionForm,
  type TransactionOutput,
} from "./transaction.ts";

/** The objects that transactions address, each as a text. An object that has no entry is as at the start. */
export type Cells = {
  /** Each object before all operations. */
  readonly start: string;
  /** The objects that were written. */
  readonly written: ReadonlyMap<string, string>;
};

/** What one of the objects does. */
export type CellRules = TransactionForm & {
  /** An object before all operations. */
  readonly start: string;
  /** An object with this value at the start. @throws InterpretError when no object has it. */
  readonly initial: (value: Value) => string;
  /** An object after a write. */
  readonly after: (cell: string, value: string) => string;
  /** Whether a read of an object can return a value. */
  readonly reads: (cell: string, read: string) => boolean;
  /** The value of an object, for people. */
  readonly shown: (cell: string) => string;
};

/** A model whose transactions are atomic operations on several objects, so that a history is strictly serializable. */
export function transactionModel(
  rules: CellRules,
): FileModel<Cells, Transaction, TransactionOutput> {
  return {
    name: rules.model,
    init: { start: rules.start, written: new Map() },
    initial: (value) => ({ start: rules.initial(value), written: new Map() }),

    step(state, parts, output) {
      let { written } = state;
      for (const [at, part] of parts.entries()) {
        const cell = written.get(part.key) ?? state.start;
        const read = output?.[at];
        if (part.type === "write")
          written = new Map(written).set(part.key, rules.after(cell, part.value));
        else if (read !== undefined && !rules.reads(cell, read)) return undefined;
      }
      return written === state.written ? state : { ...state, written };
    },

    key: ({ written }) => JSON.stringify(inOrder(written)),
    readOnly: (parts) => parts.every(({ type }) => type === "read"),

    describe(parts, output) {
      const texts = parts.map((part, at) =>
        part.type === "write"
          ? `${rules.write} ${part.key} ${part.value}`
          : `r ${part.key} -> ${output?.[at] ?? "?"}`,
      );
      return `txn ${texts.join(", ")}`;
    },

    describeState({ start, written }) {
      const cells = inOrder(written).map(([key, cell]) => `${key}: ${rules.shown(cell)}`);
      return `{${cells.join(", ")}}, all others ${rules.shown(start)}`;
    },

    interpret: (operation, reading) => transactionOf(operation, rules, reading),
  };
}

function inOrder(written: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...written].toSorted(([one], [other]) => (one < other ? -1 : 1));
}
