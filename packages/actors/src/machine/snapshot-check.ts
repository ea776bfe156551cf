import { Buffer } from "#platform";
import { decodeCopy } from "../bytes/codec.ts";
import { encodePlain } from "../bytes/plain-encoder.ts";
import { NotPlainError } from "../bytes/plain-flaw.ts";
import { messageOf } from "../errors.ts";
import { plainDifference, shortText } from "./plain-difference.ts";
import type { StateMachine } from "./state-machine.ts";

/** How many of the last questions are asked again after each snapshot. */
const QUESTIONS_MAX = 8;

/** What a machine answered. Values are copies. */
type Answer = { readonly value: unknown } | { readonly error: string };

type Asked = "apply" | "query";

/** A snapshot that is being read, and the commands applied since it began. */
type Drawing = {
  readonly parts: Uint8Array[];
  readonly later: { readonly command: Uint8Array; readonly answer: Answer }[];
};

/**
 * A machine that checks its snapshots: each is restored into a fresh machine, the twin, whose own snapshot must be the
 * same. The twin is asked the last questions at once, and gets all later commands and questions, until the next
 * snapshot: it must always give the same answers. So a snapshot that forgets is found when it is taken, or with the
 * first command for which it matters, and not when a node happens to restart.
 *
 * The checks use copies, and nothing of them is visible to the machine but calls of `snapshot`.
 *
 * @param make makes a machine that has applied nothing.
 * @param onLoss called once, with the end of a sentence that begins with the node.
 */
export function checkingSnapshots(
  machine: StateMachine,
  make: () => StateMachine,
  onLoss: (what: string) => void,
): StateMachine {
  const check = new SnapshotCheck(machine, make, onLoss);
  return {
    apply: (command) => check.apply(command),
    snapshot: () => check.snapshot(),
    restore(state) {
      check.forget();
      machine.restore(state);
    },
    ...(machine.query && { query: (question: unknown) => check.query(question) }),
    ...(machine.snapshotParts && { snapshotParts: () => check.snapshotParts() }),
    ...(machine.restoreParts && {
      restoreParts(parts: Iterable<unknown>) {
        check.forget();
        machine.restoreParts?.(parts);
      },
    }),
  };
}

class SnapshotCheck {
  readonly #machine: StateMachine;
  readonly #make: () => StateMachine;
  readonly #onLoss: (what: string) => void;
  readonly #questions: Uint8Array[] = [];
  #twin: StateMachine | undefined;
  /** How many commands the twin has applied. */
  #age = 0;
  #drawing: Drawing | undefined;
  #isOver = false;

  constructor(machine: StateMachine, make: () => StateMachine, onLoss: (what: string) => void) {
    this.#machine = machine;
    this.#make = make;
    this.#onLoss = onLoss;
  }

  apply(command: unknown): unknown {
    if (this.#twin === undefined && this.#drawing === undefined)
      return this.#machine.apply(command);
    return this.#asking("apply", command, copied(command));
  }

  query(question: unknown): unknown {
    if (this.#isOver) return this.#machine.query?.(question);
    const bytes = copied(question);
    if (bytes !== undefined && this.#questions.push(bytes) > QUESTIONS_MAX) this.#questions.shift();
    return this.#asking("query", question, bytes);
  }

  snapshot(): unknown {
    const state = this.#machine.snapshot();
    const bytes = this.#isOver ? undefined : copied(state);
    // What is not plain data is refused by whatever takes the snapshot.
    if (bytes !== undefined)
      this.#took(state, bytes, (twin) => twin.restore(decodeCopy(bytes)), []);
    return state;
  }

  snapshotParts(): Iterable<unknown> {
    const parts = this.#machine.snapshotParts?.() ?? [];
    if (this.#isOver) return parts;
    const drawing: Drawing = { parts: [], later: [] };
    this.#drawing = drawing;
    return this.#drawn(parts[Symbol.iterator](), drawing);
  }

  /** The machine gets another state. */
  forget(): void {
    this.#twin = undefined;
    this.#drawing = undefined;
  }

  /** It is not a generator, because a generator would not pass on a `return` before the first part. */
  #drawn(iterator: Iterator<unknown>, drawing: Drawing): IterableIterator<unknown> {
    return {
      [Symbol.iterator]() {
        return this;
      },
      next: () => {
        const next = iterator.next();
        if (this.#drawing !== drawing) return next;
        if (next.done === true) this.#drew(drawing);
        else this.#add(drawing, copied(next.value));
        return next;
      },
      return: (value?: unknown) => {
        if (this.#drawing === drawing) this.#drawing = undefined;
        return iterator.return?.(value) ?? { done: true, value };
      },
    };
  }

  #add({ parts }: Drawing, part: Uint8Array | undefined): void {
    if (part === undefined) this.#drawing = undefined;
    else parts.push(part);
  }

  #drew({ parts, later }: Drawing): void {
    this.#drawing = undefined;
    const answer = answerOf(this.#machine, "snapshot", undefined);
    const bytes = "error" in answer ? undefined : copied(answer.value);
    // Whatever asks for the state itself finds what is wrong with it.
    if ("error" in answer || bytes === undefined) return;
    this.#took(answer.value, bytes, (twin) => twin.restoreParts?.(decodedParts(parts)), later);
  }

  /** Makes the twin, and compares it with the machine, whose state now is `state`. */
  #took(
    state: unknown,
    bytes: Uint8Array,
    restore: (twin: StateMachine) => void,
    later: Drawing["later"],
  ): void {
    const twin = this.#tried("cannot be made", () => this.#make());
    if (twin === undefined) return;
    if (this.#tried("fails", () => (restore(twin), true)) === undefined) return;
    this.#twin = twin;
    this.#age = 0;
    for (const { command, answer } of later) this.#compare("apply", command, answer);
    const again = this.#tried("that restored it gives no snapshot", () => ({
      state: twin.snapshot(),
    }));
    if (again === undefined) return;
    const difference = differenceOf(state, bytes, again.state);
    if (difference !== undefined)
      return this.#lost(`that restores it gives another snapshot: ${difference}`);
    for (const question of this.#questions)
      this.#compare("query", question, answerOf(this.#machine, "query", decodeCopy(question)));
  }

  /** Asks the machine, and then the twin. */
  #asking(call: Asked, asked: unknown, bytes: Uint8Array | undefined): unknown {
    let value: unknown;
    try {
      value = this.#machine[call]?.(asked);
    } catch (error) {
      if (bytes !== undefined) this.#asked(call, bytes, { error: messageOf(error) });
      throw error;
    }
    if (bytes !== undefined) this.#asked(call, bytes, { value });
    return value;
  }

  #asked(call: Asked, bytes: Uint8Array, answer: Answer): void {
    this.#compare(call, bytes, answer);
    if (call === "query" || this.#drawing === undefined) return;
    this.#drawing.later.push({ command: bytes, answer: copyOf(answer) });
  }

  #compare(call: Asked, bytes: Uint8Array, answer: Answer): void {
    if (this.#twin === undefined) return;
    if (call === "apply") this.#age += 1;
    const other = answerOf(this.#twin, call, decodeCopy(bytes));
    if (sameAnswer(answer, other)) return;
    const asked = `${call} of ${shortText(decodeCopy(bytes))}`;
    const when =
      this.#age === 0 ? "" : `, ${this.#age} ${this.#age === 1 ? "command" : "commands"} later,`;
    this.#lost(
      `that restored it answers ${asked}${when} with ${answerText(other)} instead of ${answerText(answer)}`,
    );
  }

  #tried<T>(what: string, act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      this.#found(`your snapshot cannot be restored: a fresh machine ${what}: ${messageOf(error)}`);
      return undefined;
    }
  }

  #lost(how: string): void {
    this.#found(`your snapshot loses something: a fresh machine ${how}`);
  }

  #found(what: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.forget();
    this.#onLoss(what);
  }
}

/** A copy of plain data as bytes; undefined for what is not plain data, which is reported elsewhere. */
function copied(value: unknown): Uint8Array | undefined {
  try {
    return new Uint8Array(encodePlain(value, "value"));
  } catch (error) {
    if (error instanceof NotPlainError) return undefined;
    throw error;
  }
}

function* decodedParts(parts: readonly Uint8Array[]): Generator<unknown> {
  for (const part of parts) yield decodeCopy(part);
}

function copyOf(answer: Answer): Answer {
  if ("error" in answer) return answer;
  const bytes = copied(answer.value);
  return { value: bytes === undefined ? undefined : decodeCopy(bytes) };
}

function answerOf(machine: StateMachine, call: Asked | "snapshot", asked: unknown): Answer {
  try {
    const value = machine[call]?.(asked);
    // A rejection that nothing handles would end the thread.
    if (value instanceof Promise) value.catch(() => undefined);
    return { value };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function sameAnswer(one: Answer, other: Answer): boolean {
  if ("error" in one || "error" in other)
    return "error" in one && "error" in other && one.error === other.error;
  return plainDifference(one.value, other.value) === undefined;
}

function answerText(answer: Answer): string {
  return "error" in answer ? `the error ${JSON.stringify(answer.error)}` : shortText(answer.value);
}

/** How the state of the twin differs; undefined when its bytes are the same, by which nodes are compared. */
function differenceOf(state: unknown, bytes: Uint8Array, again: unknown): string | undefined {
  const other = copied(again);
  if (other === undefined) return "what it gives then is not plain data";
  if (Buffer.compare(bytes, other) === 0) return undefined;
  return plainDifference(state, again) ?? "it has the same content in another order";
}
