import { KontikiError, messageOf } from "../errors.ts";
import { importModule } from "../machine/import-module.ts";

/** The end of an actor, as one that monitors it learns of it. */
export type Down = {
  /** The name of the actor that has ended. */
  readonly actor: string;
  /** Which start of its thread has ended; 0 if it did not run when the monitor began. */
  readonly incarnation: number;
  /** Why it has ended, in one line. */
  readonly cause: string;
};

/** How long an ask waits. */
export type AskOptions = {
  /** How long to wait for the answer, in ms. Default: 5000. Infinity is a wait without end. */
  readonly deadlineMs?: number | undefined;
};

/**
 * What an actor does with its messages. It handles one at a time: while `receive` has returned a promise that is pending,
 * the next message waits. Whatever it throws ends the actor, as a crash.
 */
export type Behavior<Message = unknown> = {
  /**
   * Handles a message.
   *
   * @param from the name of the actor that sent it; undefined if the program did.
   * @returns the answer, plain data, if the message was an ask. The result of a tell is ignored.
   */
  receive(message: Message, from: string | undefined): unknown;
  /** An actor that this one monitors has ended. */
  down?(down: Down): unknown;
  /** The actor is about to end gracefully: it is stopped, or is restarted along with another one. */
  stopped?(): unknown;
};

/** What an actor can do, beside handling its messages. */
export type Self = {
  /** Its name. */
  readonly name: string;
  /** Which start of its thread this is: 1 for the first. */
  readonly incarnation: number;
  /** Sends a message. What cannot be delivered is a dead letter. */
  tell(to: string, message: unknown): void;
  /** Sends a message and waits for the answer. Rejects with an `AskError` when there is none. */
  ask(to: string, message: unknown, options?: AskOptions): Promise<unknown>;
  /**
   * Has `down` called once, when the present start of that actor ends; soon, if it does not run now. Returns a function that
   * ends this.
   */
  monitor(actor: string): () => void;
  /**
   * Ties the present starts of both actors together: when one of them ends and has not completed, the other one is killed.
   * If that actor does not run now, this one is. It holds for each end that is caused after the call.
   */
  link(actor: string): void;
  /** Ends a link. An end of the other that is caused after the call has no effect on this actor. */
  unlink(actor: string): void;
  /** Ends this actor after the present message: it has completed. Its other messages are dead letters. */
  stop(): void;
};

/**
 * The default export of an actor's module: it makes the behavior of one start. It may return a promise.
 *
 * @param args the `args` it was spawned with.
 */
export type MakeBehavior<Message = never, Args = never> = (
  self: Self,
  args: Args,
) => Behavior<Message> | Promise<Behavior<Message>>;

/**
 * Loads an actor's module, and makes its behavior.
 *
 * @throws KontikiError when the module cannot be loaded, or makes something else: no restart would help.
 */
export async function loadBehavior(url: string, self: Self, args: unknown): Promise<Behavior> {
  const { default: make } = await importModule(url, "actor");
  if (typeof make !== "function")
    throw new KontikiError(
      `actor ${url}: its default export is not a function that makes a behavior`,
    );
  const made: unknown = await (make as (self: Self, args: unknown) => unknown)(self, args);
  if (!isBehavior(made))
    throw new KontikiError(
      `actor ${url}: its function returned ${messageOf(typeof made)} instead of an object with the method receive`,
    );
  return made;
}

function isBehavior(value: unknown): value is Behavior {
  return (
    typeof value === "object" &&
    value !== null &&
    "receive" in value &&
    typeof value.receive === "function"
  );
}
