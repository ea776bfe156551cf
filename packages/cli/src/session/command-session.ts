import { CommandFailed, failureOf, type Answer, type Failure } from "./answer.ts";
import { Arguments, shorten } from "./arguments.ts";
import { NO_FAULTS, type Context, type SessionCluster, type SessionFaults } from "./context.ts";
import { arityProblem, firstWords, usageOf, verbAt, verbsOf } from "./find-verb.ts";
import { orderOf, type Order } from "./order.ts";
import type { Word } from "./split-words.ts";
import { didYouMean } from "./suggestion.ts";
import type { Verb } from "./verb.ts";

/**
 * Runs commands against a cluster. Several may run at once; the caller knows which ones may.
 *
 * `run` never rejects: a command ends in an answer or in a failure, and the next one can follow.
 */
export class CommandSession {
  readonly #verbs: readonly Verb[];
  readonly #cluster: SessionCluster;
  readonly #announce: Context["announce"];
  readonly #faults: SessionFaults;
  /** Once it is aborted, all commands fail. */
  readonly #end: AbortSignal;
  /** Interrupts the commands that run now. */
  #interruption = new AbortController();
  /** Ends each command that runs. */
  readonly #running = new Set<() => void>();

  constructor(
    verbs: readonly Verb[],
    cluster: SessionCluster,
    end: AbortSignal,
    announce: Context["announce"] = () => undefined,
    faults: SessionFaults = NO_FAULTS,
  ) {
    this.#verbs = verbs;
    this.#cluster = cluster;
    this.#announce = announce;
    this.#faults = faults;
    this.#end = end;
    end.addEventListener("abort", () => this.interrupt(), { once: true });
  }

  async run(words: readonly Word[]): Promise<Answer | Failure> {
    if (this.#end.aborted) return NOT_BEGUN;
    try {
      const texts = words.map(({ text }) => text);
      const found = verbAt(this.#verbs, texts);
      if (found === undefined) throw new CommandFailed(await this.#unknownCommand(texts));
      const { verb, length } = found;
      const args = words.slice(length);
      const problem = arityProblem(verb, args.length);
      if (problem !== undefined) throw new CommandFailed(problem);
      return await this.#untilInterrupted(verb, new Arguments(args, usageOf(verb)));
    } catch (error) {
      return failureOf(error);
    }
  }

  /** What decides beside which other commands this one may run. */
  orderOf(words: readonly Word[]): Order {
    return orderOf(
      this.#verbs,
      words.map(({ text }) => text),
    );
  }

  /** Ends the commands that run now. Later ones can run. */
  interrupt(): void {
    const interruption = this.#interruption;
    this.#interruption = new AbortController();
    for (const end of this.#running) end();
    interruption.abort();
  }

  /** A proposal that was sent cannot be taken back, so a command that is cut off has an unknown outcome. */
  #untilInterrupted(verb: Verb, args: Arguments): Promise<Answer> {
    const { signal } = this.#interruption;
    const context = {
      cluster: this.#cluster,
      faults: this.#faults,
      signal,
      announce: this.#announce,
    };
    return new Promise((resolve, reject) => {
      const outcome = verb.reads === true ? "definitelyNot" : "unknown";
      const end = (): void => reject(new CommandFailed("interrupted before it was done", outcome));
      this.#running.add(end);
      verb
        .execute(context, args)
        .then(resolve, reject)
        .finally(() => this.#running.delete(end));
    });
  }

  /** Names what there is instead. */
  async #unknownCommand([first = "", second]: readonly string[]): Promise<string> {
    const others = verbsOf(this.#verbs, first).map(({ name }) => name.split(" ")[1] ?? "");
    if (others.length === 0) {
      const hint = await didYouMean(first, firstWords(this.#verbs));
      return `there is no command ${shorten(first)}${hint ?? '; "help" lists them all'}`;
    }
    const given = second === undefined ? "nothing" : shorten(second);
    const hint = await didYouMean(second ?? "", others);
    return `${first} takes ${others.slice(0, -1).join(", ")} or ${others.at(-1)}, not ${given}${hint ?? ""}`;
  }
}

/** The end of a command that was interrupted while it waited for others. */
export const NOT_BEGUN: Failure = {
  type: "failed",
  outcome: "definitelyNot",
  message: "interrupted before it began",
};
