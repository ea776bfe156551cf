import { canonical } from "../../history/value.ts";
import { transactionModel } from "./transaction-model.ts";

/**
 * Several registers and transactions that read and write them: `[:r key value]`, `[:w key value]`. A transaction is one
 * atomic operation: it sees its own writes, and no other transaction comes in between. Registers begin as null if no other
 * initial value is given.
 */
export const txnRegister = transactionModel({
  model: "txn-register",
  write: "w",
  start: "null",
  initial: canonical,
  after: (_cell, value) => value,
  reads: (cell, read) => cell === read,
  shown: (cell) => cell,
  readText: canonical,
});
