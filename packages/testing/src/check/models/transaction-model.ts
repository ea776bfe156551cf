import type { Value } from "../../history/value.ts";
import type { FileModel } from "../model.ts";
import {
  transactionOf,
  type Transaction,
  type TransactionForm,
  type TransactionOutput,
} from "./transaction.ts";
import { transactionRanks } from "./transaction-ranks.ts";

/**
 * The objects that transactions address. Keys and the texts of objects are numbered, so that a state is a few numbers; all
 * states of a check share the numbers.
 */
export type Objects = {
  /** The numbers of keys and texts. */
  readonly numbers: {
    /** The keys. */
    readonly keys: Numbered;
    /** The texts of objects. 0 is that of an object before all operations. */
    readonly texts: Numbered;
  };
  /** The number of the text of each object, by the number of its key. */
  readonly values: readonly number[];
};

/** What one of the objects does, as a text. */
export type ObjectRules = TransactionForm & {
  /** An object before all operations. */
  readonly start: string;
  /** An object with this value at the start. @throws InterpretError when no object has it. */
  readonly initial: (value: Value) => string;
  /** An object after a write. */
  readonly after: (object: string, value: string) => string;
  /** Whether a read of an object can return a value. */
  readonly reads: (object: string, read: string) => boolean;
  /** The value of an object, for people. */
  readonly shown: (object: string) => string;
};

/** A model whose transactions are atomic operations on several objects: it judges strict serializability. */
export function transactionModel(
  rules: ObjectRules,
): FileModel<Objects, Transaction, TransactionOutput> {
  return {
    name: rules.model,
    // A new one for each check, so that its numbers are forgotten with it.
    get init() {
      return startingWith(rules.start);
    },
    initial: (value) => startingWith(rules.initial(value)),
    step: (state, parts, output) => afterParts(rules, state, parts, output),
    key: ({ values }) => values.join(),
    readOnly: (parts) => parts.every(({ type }) => type === "read"),
    commute: ({ input: one }, { input: other }) =>
      !writesWhatIsUsed(one, other) && !writesWhatIsUsed(other, one),
    rank: transactionRanks,

    describe(parts, output) {
      const texts = parts.map((part, at) =>
        part.type === "write"
          ? `${rules.write} ${part.key} ${part.value}`
          : `r ${part.key} -> ${output?.[at]?.text ?? "?"}`,
      );
      return `txn ${texts.join(", ")}`;
    },

    describeState({ numbers, values }) {
      const shown = (text: number): string => rules.shown(nameOf(numbers.texts, text));
      const objects = [...values.entries()]
        .filter(([, text]) => text !== 0)
        .map(([key, text]) => `${nameOf(numbers.keys, key)}: ${shown(text)}`);
      return `{${objects.join(", ")}}, all others ${shown(0)}`;
    },

    interpret: (operation, reading) => transactionOf(operation, rules, reading),
  };
}

/** Whether one transaction writes an object that the other one reads or writes. */
function writesWhatIsUsed(one: Transaction, other: Transaction): boolean {
  return one.some(({ type, key }) => type === "write" && other.some((part) => part.key === key));
}

function startingWith(start: string): Objects {
  const texts = noNames();
  numberOf(texts, start);
  return { numbers: { keys: noNames(), texts }, values: [] };
}

function afterParts(
  rules: ObjectRules,
  state: Objects,
  parts: Transaction,
  output: TransactionOutput | undefined,
): Objects | undefined {
  const { keys, texts } = state.numbers;
  let changed: number[] | undefined;
  for (const [at, part] of parts.entries()) {
    const key = numberOf(keys, part.key);
    const object = nameOf(texts, (changed ?? state.values)[key] ?? 0);
    const read = output?.[at];
    if (part.type === "write") {
      changed ??= [...state.values];
      while (changed.length <= key) changed.push(0);
      changed[key] = numberOf(texts, rules.after(object, part.value));
    } else if (read !== undefined && !rules.reads(object, read.text)) return undefined;
  }
  return changed === undefined ? state : { ...state, values: changed };
}

/** Names that are numbered from 0 in the order in which they appear. */
export type Numbered = {
  /** The number of each name. */
  readonly numbers: Map<string, number>;
  /** The names by their numbers. */
  readonly names: string[];
};

function noNames(): Numbered {
  return { numbers: new Map(), names: [] };
}

/** The number of a name. A new name gets a new number. */
function numberOf({ numbers, names }: Numbered, name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  numbers.set(name, names.length);
  return names.push(name) - 1;
}

function nameOf({ names }: Numbered, number: number): string {
  return names[number] ?? "";
}
