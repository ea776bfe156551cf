import type { FileModel, Specification } from "@kontiki/testing";
import type { Command, Result } from "./machine.ts";

/**
 * What one account promises to its clients, written independently of the machine. The checker looks for an order of
 * all operations, each between its call and its return, that these rules allow.
 */
const account: FileModel<number, Command, Result> = {
  name: "bank account",
  init: 0,

  /** The balance after `command` returned `result`; undefined if it cannot return that. */
  step(balance, command, result) {
    const change = changeOf(command);
    const isRefused = balance + change < 0;
    const after = isRefused ? balance : balance + change;
    const expected = isRefused ? null : after;
    // An operation without an answer may have returned anything.
    return result === undefined || result === expected ? after : undefined;
  },

  key: (balance) => balance,
  partition: (command) => command.account,
  readOnly: ({ type }) => type === "balance",

  describe(command, result) {
    const amount = command.type === "balance" ? "" : ` ${command.amount}`;
    return `${command.account}: ${command.type}${amount} -> ${result === undefined ? "?" : result}`;
  },
  describeState: String,

  interpret: (operation) => ({
    input: operation.input.value as Command,
    output: operation.status === "ok" ? (operation.output as Result) : undefined,
  }),
};

function changeOf(command: Command): number {
  switch (command.type) {
    case "deposit":
      return command.amount;
    case "withdraw":
      return -command.amount;
    case "balance":
      return 0;
  }
}

/** The model, and how it finds a command in a recorded history. */
export const specification: Specification = {
  model: account,
  callOf: (command) => ({ f: (command as Command).type, value: command as Command }),
};
