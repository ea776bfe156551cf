import { canonical, isList } from "../../history/value.ts";
import { InterpretError } from "../model.ts";
import { listOf } from "./operation-fields.ts";
import { transactionModel } from "./transaction-model.ts";

/**
 * Several lists that only grow and transactions that read and append to them: `[:r key list]`, `[:append key value]`. A
 * transaction is one atomic operation: it sees its own appends, and no other transaction comes in between. A read of null
 * found the empty list, as in Elle's histories.
 *
 * The state of a list is its canonical text without the closing bracket.
 */
export const txnListAppend = transactionModel({
  model: "txn-list-append",
  write: "append",
  start: "[",
  initial: (value) => canonical(listOf("txn-list-append", value)).slice(0, -1),
  after: (list, value) => `${list}${list === "[" ? "" : ","}${value}`,
  reads: (list, read) => read.length === list.length + 1 && read === `${list}]`,
  shown: (list) => `${list}]`,
  readValue(value) {
    if (value === null) return { text: "[]", values: [] };
    if (isList(value)) return { text: canonical(value), values: value.map(canonical) };
    throw new InterpretError(`a txn must read a list, not ${canonical(value)}`);
  },
});
