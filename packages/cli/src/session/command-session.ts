import { CommandFailed, failureOf, type Answer, type Failure } from "./answer.ts";
import { Arguments, shorten } from "./arguments.ts";
import { arityProblem, commandAt, commandsOf, usageOf } from "./commands.ts";
import type { Context, SessionCluster } from "./context.ts";
import { runs } from "./runs.ts";
import type { Word } from "./split-words.ts";

/**
 * Runs commands against a cluster, one at a time.
 *
 * A command never rejects: it ends in an answer or in a failure, and the next can follow.
 */
export class Session {
  readonly #context: Context;

  constructor(cluster: SessionCluster, signal: AbortSignal) {
    this.#context = { cluster, signal };
  }

  async run(words: readonly Word[]): Promise<Answer | Failure> {
    try {
      const texts = words.map(({ text }) => text);
      const command = commandAt(texts);
      if (command === undefined) throw new CommandFailed(unknownCommand(texts));
      const { name, length } = command;
      const args = words.slice(length);
      const problem = arityProblem(name, args.length);
      if (problem !== undefined) throw new CommandFailed(problem);
      const { signal } = this.#context;
      const given = new Arguments(args, usageOf(name));
      return await untilAborted(signal, () => runs[name](this.#context, given));
    } catch (error) {
      return failureOf(error);
    }
  }
}

/** Says what there is instead. */
function unknownCommand([first = "", second]: readonly string[]): string {
  const others = commandsOf(first).map((name) => name.split(" ")[1]);
  if (others.length === 0) return `there is no command ${shorten(first)}; "help" lists them all`;
  const given = second === undefined ? "nothing" : shorten(second);
  return `${first} takes ${others.slice(0, -1).join(", ")} or ${others.at(-1)}, not ${given}`;
}

/**
 * What `run` resolves to, unless `signal` is aborted before that.
 *
 * A proposal under way cannot be called back, so a command that is cut off has an unknown outcome.
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
