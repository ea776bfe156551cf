import { whole } from "../options/rules.ts";
import { KontikiError } from "../errors.ts";
import { checkOptions, wrongOptions, type Schema } from "../options/schema.ts";
import { TIMEOUT_OPTIONS, type TimeoutOptions } from "./deadline.ts";

/** How a sequence of commands is proposed. */
export type ProposeEachOptions = TimeoutOptions & {
  /** How many commands may be under way at once, 1 to 65,536. Default 1,024. */
  readonly outstanding?: number | undefined;
};

const PROPOSE_EACH_OPTIONS: Schema<ProposeEachOptions> = {
  ...TIMEOUT_OPTIONS,
  outstanding: whole(1, 65_536),
};

/** How many commands are under way at once by default. */
const OUTSTANDING = 1024;

/** Commands, all there or as they come. */
export type Commands<Command> = Iterable<Command> | AsyncIterable<Command>;

/** What is wrong with the arguments of `proposeAll`. */
export function wrongList(
  commands: readonly unknown[],
  options: TimeoutOptions | undefined,
): string | undefined {
  return Array.isArray(commands)
    ? wrongOptions("Cluster.proposeAll", TIMEOUT_OPTIONS, options)
    : "Cluster.proposeAll: commands is not a list: give an array of commands";
}

/** The options of `proposeEach` with defaults. @throws KontikiError for a wrong argument. */
export function checkedEach(
  commands: Commands<unknown>,
  options: ProposeEachOptions,
): { readonly outstanding: number; readonly timeoutMs: number | undefined } {
  checkOptions("Cluster.proposeEach", PROPOSE_EACH_OPTIONS, options);
  if (!isIterable(commands))
    throw new KontikiError(
      "Cluster.proposeEach: commands cannot be iterated: give an array, a generator or a stream",
    );
  const { outstanding = OUTSTANDING, timeoutMs } = options;
  return { outstanding, timeoutMs };
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

/**
 * Proposes commands as they come, with a bounded number under way, and yields their outcomes in order. A command is taken
 * only when there is room for it: that is the back-pressure on their source. Who stops reading outcomes takes no more
 * commands; those under way still end.
 */
export async function* proposeEach<Command, Outcome>(
  commands: Commands<Command>,
  outstanding: number,
  propose: (command: Command) => Promise<Outcome>,
): AsyncGenerator<Outcome, void, void> {
  const underWay: Promise<Outcome>[] = [];
  if (!(Symbol.asyncIterator in commands)) {
    for (const command of commands) {
      underWay.push(propose(command));
      if (underWay.length >= outstanding) yield await first(underWay);
    }
    while (underWay.length > 0) yield await first(underWay);
    return;
  }
  const source = commands[Symbol.asyncIterator]();
  let isOver = false;
  let next: Promise<IteratorResult<Command>> | undefined;
  try {
    while (!isOver || underWay.length > 0) {
      if (!isOver && underWay.length < outstanding) next ??= source.next();
      const [oldest] = underWay;
      const come = await earlier(next, oldest);
      if (come === undefined) {
        yield await first(underWay);
        continue;
      }
      next = undefined;
      isOver = come.done === true;
      if (come.done !== true) underWay.push(propose(come.value));
    }
  } finally {
    if (!isOver) await source.return?.();
  }
}

/** The next command, if it comes before the oldest outcome does. */
async function earlier<Command>(
  next: Promise<IteratorResult<Command>> | undefined,
  oldest: Promise<unknown> | undefined,
): Promise<IteratorResult<Command> | undefined> {
  if (next === undefined) return undefined;
  if (oldest === undefined) return next;
  return Promise.race([next, oldest.then(() => undefined)]);
}

/** Removes the oldest outcome. */
async function first<Outcome>(underWay: Promise<Outcome>[]): Promise<Outcome> {
  const [oldest] = underWay.splice(0, 1);
  if (oldest === undefined) throw new RangeError("no command is under way");
  return oldest;
}
