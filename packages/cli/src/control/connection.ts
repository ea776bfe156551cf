import { KontikiError } from "@kontiki/actors";
import type { Socket } from "node:net";
import { readLines } from "../prompt/lines.ts";
import { dial } from "./dial.ts";
import { REQUESTS, type Hello, type Part, type Told } from "./protocol.ts";

/** How long a cluster may take to answer before it counts as hung. */
const ANSWER_MS = 5000;

/** Longest line of a reply in bytes: a page of a log, or one value. */
const REPLY_BYTES_MAX = 256 * 1024 * 1024;

/** The end of a connection before the reply: whether the command took effect is unknown. */
export class Disconnected extends KontikiError {
  readonly outcome = "unknown";
}

/** A cluster whose process listens and says nothing: it is stopped, or very busy. */
export class Silent extends KontikiError {}

/** What becomes of a reply in JSON. */
export type Passing = {
  readonly to: (text: string) => Promise<void>;
  /** What is announced before the reply. */
  readonly onNote: (note: string) => void;
  /** The number of the line in the input, where it has several. */
  readonly number: number | undefined;
};

/** A connection to a running cluster: one command at a time. */
export class Connection {
  readonly #socket: Socket;
  readonly #lines: AsyncGenerator<string>;
  /** Runs while the next line must come soon. */
  #limit: NodeJS.Timeout | undefined;
  #isLate = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#lines = textsOf(socket);
    socket.on("error", () => socket.destroy());
  }

  /** Connects. Undefined if nothing listens there. */
  static async open(path: string): Promise<Connection | undefined> {
    const socket = await dial(path).catch(() => undefined);
    if (socket === undefined) return undefined;
    const connection = new Connection(socket);
    connection.send(REQUESTS.stays);
    return connection;
  }

  /** What the cluster is. @throws Silent when it does not answer in time. */
  async hello(): Promise<Hello> {
    const part = await this.ask(REQUESTS.hello);
    if (!("ok" in part) || !part.ok || !isHello(part.value)) throw new KontikiError(STRANGER);
    return part.value;
  }

  /** Sends what the cluster answers at once, unlike a command. @throws Silent when it does not answer in time. */
  async ask(request: string): Promise<Part> {
    this.#expectLine();
    try {
      this.send(request);
      const part = jsonOf(await this.#next()) as Part;
      if (!("ok" in part)) throw new KontikiError(STRANGER);
      return part;
    } catch (error) {
      if (!this.#isLate) throw error;
      throw new Silent(`it does not answer within ${ANSWER_MS / 1000} s`, { cause: error });
    }
  }

  /** Interrupts the command that runs. If nothing more comes of it in time, the connection ends. */
  interrupt(): void {
    this.send(REQUESTS.interrupt);
    this.#expectLine();
  }

  /** Sends a line, and yields the parts of its reply, the last of which has `ok`. @throws Disconnected */
  async *run(line: string): AsyncGenerator<Part> {
    this.send(line);
    for (;;) {
      const part = jsonOf(await this.#next()) as Part;
      yield part;
      if ("ok" in part) return;
    }
  }

  /** Sends a line, and resolves to the end of its reply. @throws Disconnected */
  async request(line: string): Promise<Part> {
    for await (const part of this.run(line)) if ("ok" in part) return part;
    throw new Disconnected("the connection has ended");
  }

  /** Every event from now on, until the cluster stops. */
  async *events(): AsyncGenerator<Told> {
    this.send(REQUESTS.events);
    for await (const line of this.#lines) yield jsonOf(line) as Told;
  }

  send(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  /**
   * Sends a line, and passes its reply on as it is; a failure with the number of the line, if it has one. Resolves to whether
   * the command succeeded. @throws Disconnected
   */
  async pass(line: string, { to, onNote, number }: Passing): Promise<boolean> {
    this.send(line);
    for (;;) {
      const reply = await this.#next();
      if (reply.startsWith('{"note":')) {
        onNote((jsonOf(reply) as { readonly note: string }).note);
        continue;
      }
      // A reply may have many megabytes: it is not parsed.
      const isDone = reply.startsWith('{"ok":true') || reply.endsWith('"ok":true}');
      await to(`${isDone || number === undefined ? reply : numbered(reply, number)}\n`);
      return isDone;
    }
  }

  /** Resolves when the other end has closed the connection. */
  async ended(): Promise<void> {
    if (this.#socket.closed) return;
    this.#socket.resume();
    await new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
  }

  close(): void {
    clearTimeout(this.#limit);
    this.#socket.destroy();
  }

  #expectLine(): void {
    this.#limit ??= setTimeout(() => {
      this.#isLate = true;
      this.#socket.destroy();
    }, ANSWER_MS);
  }

  async #next(): Promise<string> {
    const next = await this.#lines.next();
    clearTimeout(this.#limit);
    this.#limit = undefined;
    if (next.done !== true) return next.value;
    throw new Disconnected(
      this.#isLate
        ? `the cluster has not answered within ${ANSWER_MS / 1000} s: whether the command took effect is unknown`
        : "the cluster ended before it replied",
    );
  }
}

/** A failure as `failureJson` writes it, with the line at its end. */
function numbered(failure: string, number: number): string {
  return `${failure.slice(0, -1)},"line":${number}}`;
}

const STRANGER = "what answers at its socket is no cluster of kontiki";

function isHello(value: unknown): value is Hello {
  if (typeof value !== "object" || value === null) return false;
  const { name, pid, nodes, others } = value as Partial<Hello>;
  return typeof name === "string" && Number.isInteger(pid) && [nodes, others].every(Array.isArray);
}

/** An object in a line. @throws KontikiError for a line that no cluster sends */
function jsonOf(line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below.
  }
  throw new KontikiError(STRANGER);
}

async function* textsOf(socket: Socket): AsyncGenerator<string> {
  try {
    for await (const line of readLines(socket, REPLY_BYTES_MAX)) {
      if (line.type === "line") yield line.text;
      else throw new KontikiError(`a reply cannot be read: ${line.problem}`);
    }
  } catch (error) {
    // A socket that is destroyed ends its iteration with an error.
    if (error instanceof KontikiError) throw error;
  }
}
