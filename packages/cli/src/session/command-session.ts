import { CommandFailed, failureOf, type Answer, type Failure } from "./answer.ts";
import { Arguments, shorten } from "./arguments.ts";
import type { Context, SessionCluster } from "./context.ts";
import { arityProblem, usageOf, verbAt, verbsOf } from "./find-verb.ts";
import type { Word } from "./split-words.ts";
import type { Verb } from "./verb.ts";

/**
 * Runs commands against a cluster, one at a time.
 *
 * `run` never rejects: a command ends in an answer or in a failure, and the next one can follow.
 */
export class CommandSession {
  readonly #verbs: readonly Verb[];
  readonly #context: Context;

  constructor(verbs: readonly Verb[], cluster: SessionCluster, signal: AbortSignal) {
    this.#verbs = verbs;
    this.#context = { cluster, signal };
  }

  async run(words: readonly Word[]): Promise<Answer | Failure> {
    try {
      const texts = words.map(({ text }) => text);
      const found = verbAt(this.#verbs, texts);
      if (found === undefined) throw new CommandFailed(this.#unknownCommand(texts));
      const { verb, length } = found;
      const args = words.slice(length);
      const problem = arityProblem(verb, args.length);
      if (problem !== undefined) throw new CommandFailed(problem);
      const given = new Arguments(args, usageOf(verb));
      const { signal } = this.#context;
      return await untilAborted(signal, () => verb.execute(this.#context, given));
    } catch (error) {
      return failureOf(error);
    }
  }

  /** Names what there is instead. */
  #unknownCommand([first = "", second]: readonly string[]): string {
    const others = verbsOf(this.#verbs, first).map(({ name }) => name.split(" ")[1]);
    if (others.length === 0) return `there is no command ${shorten(first)}; "help" lists them all`;
    const given = second === undefined ? "nothing" : shorten(second);
    return `${first} takes ${others.slice(0, -1).join(", ")} or ${others.at(-1)}, not ${given}`;
  }
}

/**
 * The result of `run`, unless `signal` is aborted first.
 *
 * A proposal that was sent cannot be taken back, so a command that is cut off has an unknown outcome.
 */
async function untilAborted<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw new CommandFailed("interrupted before it began", "definitelyNot");
  const { promise: aborted, stopListening } = abortion(signal);
  try {
    return await Promise.race([run(), aborted]);
  } finally {
    stopListening();
  }
}

function abortion(signal: AbortSignal): {
  readonly promise: Promise<never>;
  readonly stopListening: () => void;
} {
  let onAbort = (): void => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new CommandFailed("interrupted before it was done", "unknown"));
    signal.addEventListener("abort", onAbort, { once: true });
  });
  return { promise, stopListening: () => signal.removeEventListener("abort", onAbort) };
}
