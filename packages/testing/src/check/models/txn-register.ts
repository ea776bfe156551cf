import { canonical } from "../../history/value.ts";
import { transactionModel } from "./transaction-model.ts";

const ABSENT = "null";

/**
 * Several registers and transactions that read and write them: `[:r key value]`, `[:w key value]`. A transaction is one
 * atomic operation: it sees its own writes, and no other transaction comes in between. Registers begin as null if no other
 * initial value is given.
 */
export const txnRegister = transactionModel({
  model: "txn-register",
  write: "w",
  start: ABSENT,
  initial: canonical,
  after: (_register, value) => value,
  reads: (register, read) => register === read,
  shown: (register) => register,
  readValue(value) {
    const text = canonical(value);
    return { text, values: text === ABSENT ? [] : [text] };
  },
});
