import { CommandFailed, failureOf, type Answer, type Failure } from "./answer.ts";
import { Arguments, shorten } from "./arguments.ts";
import { arityProblem, isCommandName, usageOf } from "./commands.ts";
import type { Context, SessionCluster } from "./context.ts";
import { runs } from "./runs.ts";
import type { Word } from "./words.ts";

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
      const [verb, ...args] = words;
      const name = verb?.text ?? "";
      if (!isCommandName(name)) {
        throw new CommandFailed(`there is no command ${shorten(name)}; "help" lists them all`);
      }
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
