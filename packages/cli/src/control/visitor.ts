import type { ClusterEvent } from "@kontiki/actors";
import { once } from "node:events";
import type { Socket } from "node:net";
import { Writable } from "node:stream";
import type { FaultLedger } from "../launch/fault-ledger.ts";
import type { ProgramCluster } from "../launch/cluster.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { Interpreter } from "../prompt/interpreter.ts";
import { readLines } from "../prompt/lines.ts";
import { JsonPrinter, type ReplyPrinter } from "../prompt/reply-printer.ts";
import { eventText } from "../render/event-text.ts";
import { CommandSession } from "../session/command-session.ts";
import type { Verb } from "../session/verb.ts";
import { REQUESTS, type Hello } from "./protocol.ts";
import { TextReplyPrinter } from "./text-reply-printer.ts";

/** Lines that may wait for their turn. More are read when some of them are done. */
const WAITING_MAX = 64;

/** Events that are not read by then are dropped, and counted. */
const UNREAD_BYTES_MAX = 1024 * 1024;

/** What connections are about. */
export type Hosted = {
  readonly cluster: ProgramCluster;
  readonly faults: FaultLedger;
  readonly verbs: readonly Verb[];
  readonly hello: () => Promise<Hello>;
  /** Aborted when the cluster stops. */
  readonly ended: AbortSignal;
  /** Stops the cluster. */
  readonly down: () => void;
};

/** One connection: runs its lines one after another, each with one object as its reply. */
export class Visitor {
  readonly #socket: Socket;
  readonly #hosted: Hosted;
  readonly #session: CommandSession;
  readonly #gone = new AbortController();
  #interpreter: Interpreter;
  /** Whether the end of its input is its end. */
  #stays = false;
  /** Ends with the reply to the last line. A program that has closed its half still gets it. */
  #replied: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(socket: Socket, hosted: Hosted) {
    this.#socket = socket;
    this.#hosted = hosted;
    const end = AbortSignal.any([hosted.ended, this.#gone.signal]);
    this.#session = new CommandSession(
      hosted.verbs,
      hosted.cluster,
      end,
      (note) => this.#send({ note }),
      hosted.faults.of(this),
    );
    this.#interpreter = this.#printing(new JsonPrinter(socket));
    // A connection that breaks interrupts its commands, as Ctrl-C does.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#gone.abort();
      // A command that is still running may inject a fault, and its reply may find no reader.
      const release = (): Promise<void> => hosted.faults.release(this);
      void this.#replied.then(release, release);
    });
  }

  /** Resolves when the connection has ended. */
  async serve(): Promise<void> {
    // What is written last must still leave.
    const input = this.#socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    try {
      for await (const line of readLines(input)) {
        const request = line.type === "line" && line.text.startsWith("@") ? line.text : undefined;
        if (request === REQUESTS.events) return await this.#tellEvents();
        if (request === undefined) await this.#queue(line);
        else await this.#request(request);
      }
      if (this.#stays) this.#socket.destroy();
      await this.#replied;
    } catch {
      // The other end is gone.
    } finally {
      this.#socket.end();
    }
  }

  async #queue(input: Parameters<Interpreter["read"]>[0]): Promise<void> {
    // A line is printed as the connection asked for when it came.
    const interpreter = this.#interpreter;
    const line = interpreter.read(input, false);
    if (line === undefined) return;
    this.#waiting += 1;
    this.#replied = this.#replied.then(async () => {
      const next = await interpreter.print(line, await interpreter.reply(line));
      this.#waiting -= 1;
      if (next === "quit") this.#socket.end();
    });
    if (this.#waiting >= WAITING_MAX) await this.#replied;
  }

  #printing(printer: ReplyPrinter): Interpreter {
    const notes = new Notes({ stderr: new Writable({ write: discard }), env: {} });
    return new Interpreter(this.#session, printer, notes, this.#hosted.ended);
  }

  async #request(text: string): Promise<void> {
    switch (text) {
      case REQUESTS.interrupt:
        return this.#session.interrupt();
      case REQUESTS.stays:
        this.#stays = true;
        return;
      case REQUESTS.down:
        // What came before it is replied to. It does not wait here, so that an interrupt is read.
        void this.#replied.then(() => this.#hosted.down());
        return;
      case REQUESTS.keep:
        await this.#replied;
        await this.#hosted.faults.keep(this);
        return this.#send({ ok: true, command: [text], value: null });
      case REQUESTS.hello:
        await this.#replied;
        return this.#send({ ok: true, command: [text], value: await this.#hosted.hello() });
      case REQUESTS.text:
      case `${REQUESTS.text} color`:
        await this.#replied;
        this.#interpreter = this.#printing(
          new TextReplyPrinter(this.#socket, colorsOf(text !== REQUESTS.text)),
        );
        return this.#send({ ok: true, command: text.split(" "), value: null });
      default:
        await this.#replied;
        return this.#send({
          ok: false,
          command: text.split(" "),
          error: `there is no request ${text.slice(0, 40)}`,
          outcome: "error",
        });
    }
  }

  /** Tells events until one of both ends. */
  async #tellEvents(): Promise<void> {
    const { cluster, ended } = this.#hosted;
    let dropped = 0;
    const tell = (event: ClusterEvent): void => {
      if (this.#socket.writableLength > UNREAD_BYTES_MAX) {
        dropped += 1;
        return;
      }
      if (dropped > 0) this.#send({ dropped });
      dropped = 0;
      this.#send({ event, text: eventText(event) ?? null });
    };
    cluster.events.on("event", tell);
    try {
      this.#socket.resume();
      if (!this.#gone.signal.aborted && !ended.aborted)
        await once(AbortSignal.any([this.#gone.signal, ended]), "abort");
    } finally {
      cluster.events.off("event", tell);
    }
  }

  #send(value: object): void {
    void write(this.#socket, `${JSON.stringify(value)}\n`);
  }
}

function colorsOf(colored: boolean): ReturnType<typeof colorsFor> {
  return colorsFor({}, colored ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" });
}

function discard(_chunk: unknown, _encoding: string, done: () => void): void {
  done();
}
