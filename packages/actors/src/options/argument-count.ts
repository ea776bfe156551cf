import { KontikiError } from "../errors.ts";
import { shown } from "./rules.ts";

type Callable = (...given: never[]) => unknown;

/** The most arguments that a function takes; any number when it takes a list of them. */
type Most<Call> = Call extends (...given: infer Given extends readonly unknown[]) => unknown
  ? Required<Given>["length"]
  : never;

/** How many arguments a method takes. With `needs` the first must be written, even if its value is `undefined`. */
type Count<Call> = Most<Call> | { readonly needs: string; readonly most: Most<Call> };

type Answers<Call, IsPromised> = Call extends (...given: never[]) => infer Answer
  ? [Answer] extends [Promise<unknown>]
    ? IsPromised
    : IsPromised extends true
      ? false
      : true
  : false;

/** The counts of those methods that return a promise, or of the others. All of them must be there. */
type Counts<Methods, IsPromised extends boolean> = {
  readonly [
    Name in keyof Methods as Answers<Methods[Name], IsPromised> extends true ? Name : never
  ]: Count<Methods[Name]>;
};

/** How many arguments each method takes. */
export type MethodCounts<Methods> = {
  /** Of those that return a promise: it is rejected. */
  readonly rejects: Counts<Methods, true>;
  /** Of all others: they throw. */
  readonly throws: Counts<Methods, false>;
};

/** How messages name a class, and the error that they are in. */
export type Refusing = {
  readonly where: string;
  readonly error?: new (message: string) => Error;
};

/**
 * Makes the methods of a class refuse arguments that they do not take, as in `node.crash({ hard: true })`: JavaScript would
 * ignore them, and so would the user who believes in them. `undefined` counts as left out.
 *
 * @param methods the prototype, or the class for its static methods.
 */
export function countArguments<Methods extends object>(
  methods: Methods,
  { where, error = KontikiError }: Refusing,
  { rejects, throws }: MethodCounts<Methods>,
): void {
  for (const [counts, isPromised] of [
    [rejects, true],
    [throws, false],
  ] as const)
    for (const [name, count] of Object.entries(counts as Record<string, Count<Callable>>)) {
      const call = Reflect.get(methods, name) as Callable;
      const counted = withCount(call, { name: `${where}.${name}`, count, isPromised, error });
      Object.defineProperty(methods, name, { value: counted });
    }
}

type Counted = {
  readonly name: string;
  readonly count: Count<Callable>;
  readonly isPromised: boolean;
  readonly error: NonNullable<Refusing["error"]>;
};

function withCount(call: Callable, { name, count, isPromised, error }: Counted): Callable {
  const { needs, most } = typeof count === "number" ? { needs: undefined, most: count } : count;
  const counted = function (this: unknown, ...given: never[]): unknown {
    if (given.length <= most && (given.length > 0 || needs === undefined))
      return Reflect.apply(call, this, given);
    const wrong =
      given.length === 0 ? `${name}: give a ${needs}` : surplus(name, most, given.slice(most));
    if (wrong === undefined) return Reflect.apply(call, this, given.slice(0, most));
    const failure = new error(wrong);
    if (isPromised) return Promise.reject(failure);
    throw failure;
  };
  return Object.defineProperty(counted, "name", { value: call.name });
}

/** What is wrong with arguments beyond the most that a function takes; undefined when they are all undefined. */
export function surplus(name: string, most: number, given: readonly unknown[]): string | undefined {
  const one = given.find((value) => value !== undefined);
  if (one === undefined) return undefined;
  const takes = most === 0 ? "no argument" : most === 1 ? "one argument" : `${most} arguments`;
  return `${name}: it takes ${takes}, and ${shown(one)} is one more`;
}
