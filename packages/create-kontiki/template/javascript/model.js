/**
 * What one account promises to its clients, written independently of the machine. The checker looks for an order of
 * all operations, each between its call and its return, that these rules allow.
 *
 * @type {import("@kontiki/testing").FileModel<number, import("./machine.js").Command, import("./machine.js").Result>}
 */
const account = {
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
    input: operation.input.value,
    output: operation.status === "ok" ? operation.output : undefined,
  }),
};

function changeOf(command) {
  switch (command.type) {
    case "deposit":
      return command.amount;
    case "withdraw":
      return -command.amount;
    case "balance":
      return 0;
  }
}

/**
 * The model, and how it finds a command in a recorded history.
 *
 * @type {import("@kontiki/testing").Specification}
 */
export const specification = {
  model: account,
  callOf: (command) => ({ f: command.type, value: command }),
};
