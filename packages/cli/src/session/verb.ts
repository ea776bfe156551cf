import type { Colors } from "../output/colors.ts";
import type { Answer, Page, Shown } from "./answer.ts";
import type { Arguments } from "./arguments.ts";
import type { Completion } from "./completion.ts";
import type { Context } from "./context.ts";

/** What `help`, `kontiki up --help` and completion know of a verb. */
export type VerbHelp = {
  /** One word, or two for a verb of a group such as `member`. */
  readonly name: string;
  /** Its arguments as `help` shows them. */
  readonly usage: string;
  readonly summary: string;
  readonly example: string;
  /** Its options and other ways to write it, each with what it does, as `help` of this verb shows them. */
  readonly details?: readonly (readonly [written: string, does: string])[];
  /** Least and most arguments, options and their values included. */
  readonly arity: readonly [min: number, max: number];
  /** How each argument is completed; none where it is left out. */
  readonly completes?: readonly Completion[];
  /** No command may follow this one. */
  readonly ends?: true;
  /** It changes nothing, so that it is not done when it was interrupted. */
  readonly reads?: true;
  readonly order?: VerbOrder;
};

/**
 * When its commands may run beside others; left out: never.
 *
 * `key`: its first argument is a key, and it may run beside commands of other keys. `looks`: a person who types it wants
 * to see what is there while another command takes long. `helps`: another command may be waiting for what it does.
 * `paces`: no command runs beside it, even if it takes long.
 */
export type VerbOrder = "key" | "looks" | "helps" | "paces";

/** A verb: its help, and what it does. */
export type Verb = VerbHelp & {
  /** Called once the arguments have been counted. @throws CommandFailed */
  readonly execute: (context: Context, args: Arguments) => Promise<Answer>;
};

/** How an answer of type `A` is shown. */
export type Shows<A> = {
  /**
   * For people, without a line end; undefined when there is nothing to show. It may be a promise, so that help need not
   * load what only some answers need.
   */
  readonly text: (answer: A, colors: Colors) => Shown | Promise<Shown>;
  /** For programs: the `value` of the command's JSON object. */
  readonly json: (answer: A) => unknown;
};

/** A verb with one answer. The compiler checks that `text` and `json` show what `run` gives. */
export function verb<A>(
  definition: VerbHelp &
    Shows<A> & { readonly run: (context: Context, args: Arguments) => Promise<A> },
): Verb {
  const { run, text, json, ...help } = definition;
  return {
    ...help,
    execute: async (context, args) => {
      const answer = await run(context, args);
      return {
        type: "value",
        text: (colors) => text(answer, colors),
        json: json(answer),
        ends: help.ends === true,
      };
    },
  };
}

/** A verb with an answer that may be too large for memory, so that it is printed page by page. */
export function pagedVerb<Item>(
  definition: VerbHelp & {
    readonly run: (context: Context, args: Arguments) => Promise<AsyncIterable<readonly Item[]>>;
    /** A page for people: one line, with its end, for each item. */
    readonly text: (items: readonly Item[]) => string | Promise<string>;
    /** The items of a page for programs. */
    readonly json: (items: readonly Item[]) => readonly unknown[] | Promise<readonly unknown[]>;
  },
): Verb {
  const { run, text, json, ...help } = definition;
  async function* shown(pages: AsyncIterable<readonly Item[]>): AsyncGenerator<Page> {
    for await (const items of pages) yield { text: await text(items), items: await json(items) };
  }
  return {
    ...help,
    execute: async (context, args) => ({ type: "pages", pages: shown(await run(context, args)) }),
  };
}
