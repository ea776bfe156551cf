/** Marks errors of {@link KontikiError}, of any copy of this package. */
const FOR_PEOPLE = Symbol.for("kontiki.KontikiError");

/** An error that a person can fix: its message is one line that says what is wrong, where, and what to do. */
export class KontikiError extends Error {
  /** Distinguishes it from other errors. */
  override readonly name: string = "KontikiError";

  static {
    Object.defineProperty(this.prototype, FOR_PEOPLE, { value: true });
    // A program may have this package twice, as where one of its parts is bundled. Subclasses look at the class, as usual.
    Object.defineProperty(this, Symbol.hasInstance, {
      value(this: unknown, thrown: unknown): boolean {
        return this === KontikiError
          ? thrown instanceof Error && FOR_PEOPLE in thrown
          : Function.prototype[Symbol.hasInstance].call(this, thrown);
      },
    });
  }
}

/**
 * A state machine broke its contract: a snapshot is not plain data or loses something, or the states of nodes differ. No
 * restart would help.
 */
export class StateMachineError extends KontikiError {
  override readonly name = "StateMachineError";
}

const FAULT = "the state machine: ";

/** The text of an error that the checks of a state machine found. */
export function machineFault(what: string): string {
  return FAULT + what;
}

/** What such a text says of the machine; undefined for any other text. */
export function faultIn(text: string): string | undefined {
  return text.startsWith(FAULT) ? text.slice(FAULT.length) : undefined;
}

/** Marks errors of {@link CommandError}, of any copy of this package. */
const ON_PURPOSE = Symbol.for("kontiki.CommandError");

/**
 * What a state machine throws on purpose, because a command breaks a rule: its client gets the message. Tests treat every
 * other error of `apply` and `query` as a bug of the machine.
 *
 * @example
 * ```ts
 * import { CommandError } from "@kontiki/actors";
 *
 * const withdraw = (balance: number, amount: number): number => {
 *   if (amount > balance) throw new CommandError("there is not enough money");
 *   return balance - amount;
 * };
 * console.log(withdraw(10, 4)); // 6
 * ```
 */
export class CommandError extends Error {
  /** Distinguishes it from other errors. */
  override readonly name: string = "CommandError";

  /**
   * Refuses a command.
   *
   * @param message what is wrong with it, for its client.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    Object.defineProperty(this, ON_PURPOSE, { value: true });
  }
}

/** Whether a state machine threw it on purpose, as a {@link CommandError}. */
export function isCommandError(thrown: unknown): boolean {
  return thrown instanceof Error && ON_PURPOSE in thrown;
}

/**
 * A change of the members or of the leader that has not succeeded.
 *
 * `outcome` tells whether it may happen nevertheless. `definitelyNot`: no node has accepted it, so it has no effect and
 * never will. `unknown`: a leader may have accepted it, so it may have happened, may still happen, or may never.
 */
export class ChangeError extends KontikiError {
  override readonly name = "ChangeError";
  /** Whether the change may happen nevertheless. */
  readonly outcome: "definitelyNot" | "unknown";

  /** A change that failed, with one line for people. */
  constructor(message: string, outcome: ChangeError["outcome"]) {
    super(message);
    this.outcome = outcome;
  }
}

/**
 * Whether a thread had no stack or no memory left for what was called. That says nothing of the call: another thread, or this one
 * at another time, has more of it.
 */
export function isExhaustion(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    (errorCode(thrown) === "ERR_MEMORY_ALLOCATION_FAILED" ||
      (thrown.name === "RangeError" && EXHAUSTED.includes(thrown.message)))
  );
}

/** The messages of V8. */
const EXHAUSTED = ["Maximum call stack size exceeded", "Array buffer allocation failed"];

/** The error code of a thrown value, such as ENOSPC; undefined if it has none. */
export function errorCode(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : undefined;
}

/** The text of a thrown value, in one line. Never throws, whatever was thrown. */
export function messageOf(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? thrown.message || thrown.name : thrown;
    return String(text).replace(/\s*\n\s*/g, " ");
  } catch {
    return "a value without a text was thrown";
  }
}
