import type { Session } from "../prompt/interpreter.ts";
import { NOT_BEGUN } from "../session/command-session.ts";
import { failureOf, type Answer, type Failure, type Page } from "../session/answer.ts";
import { orderOf, type Order } from "../session/order.ts";
import type { Word } from "../session/split-words.ts";
import type { Verb } from "../session/verb.ts";
import { Connection, Disconnected } from "./connection.ts";
import { lineOf, type Part } from "./protocol.ts";
import { askForText } from "./run-line.ts";

/**
 * Runs commands in a cluster of another process. Several may run at once, each through a connection of its own.
 *
 * `quit` leaves the cluster running: it ends only this session.
 */
export class RemoteSession implements Session {
  readonly #verbs: readonly Verb[];
  readonly #socket: string;
  readonly #isColored: boolean;
  readonly #announce: (text: string) => void;
  readonly #idle: Connection[] = [];
  readonly #busy = new Set<Connection>();
  #isClosed = false;

  constructor(
    verbs: readonly Verb[],
    socket: string,
    isColored: boolean,
    announce: (text: string) => void,
  ) {
    this.#verbs = verbs;
    this.#socket = socket;
    this.#isColored = isColored;
    this.#announce = announce;
  }

  async run(words: readonly Word[]): Promise<Answer | Failure> {
    if (this.#isClosed) return NOT_BEGUN;
    if (words.length === 1 && words[0]?.text === "quit") return LEFT;
    let connection: Connection | undefined;
    try {
      connection = this.#idle.pop() ?? (await this.#connect());
      this.#busy.add(connection);
      return await this.#answer(connection, words);
    } catch (error) {
      if (connection !== undefined) this.#busy.delete(connection);
      return failureOf(error);
    }
  }

  orderOf(words: readonly Word[]): Order {
    return orderOf(
      this.#verbs,
      words.map(({ text }) => text),
    );
  }

  interrupt(): void {
    for (const connection of this.#busy) connection.interrupt();
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of [...this.#idle, ...this.#busy]) connection.close();
  }

  async #connect(): Promise<Connection> {
    const connection = await Connection.open(this.#socket);
    if (connection === undefined) throw new Disconnected("the cluster has stopped");
    await askForText(connection, this.#isColored);
    return connection;
  }

  /** Waits for the first part only: the rest may be long, and is read as it is printed. */
  async #answer(connection: Connection, words: readonly Word[]): Promise<Answer | Failure> {
    const parts = connection.run(lineOf(words));
    for (;;) {
      const { value: part } = (await parts.next()) as { readonly value: Part };
      if ("note" in part) this.#announce(part.note);
      else if ("more" in part)
        return { type: "pages", pages: this.#pages(connection, part.more, parts) };
      else {
        this.#release(connection);
        if (part.ok) return { type: "value", text: () => undefined, json: part.value, ends: false };
        return { type: "failed", outcome: part.outcome, message: part.error };
      }
    }
  }

  async *#pages(
    connection: Connection,
    first: string,
    parts: AsyncGenerator<Part>,
  ): AsyncGenerator<Page> {
    yield { text: first, items: [] };
    for await (const part of parts) {
      if ("more" in part) yield { text: part.more, items: [] };
      else if ("ok" in part) {
        this.#release(connection);
        if (!part.ok) throw Object.assign(new Error(part.error), { outcome: part.outcome });
      }
    }
  }

  #release(connection: Connection): void {
    this.#busy.delete(connection);
    this.#idle.push(connection);
  }
}

const LEFT: Answer = { type: "value", text: () => undefined, json: null, ends: true };
