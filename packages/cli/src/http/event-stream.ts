import type { ServerResponse } from "node:http";
import { begin } from "./respond.ts";

/** A reader that lets more than this gather misses events, and learns how many. */
const UNREAD_BYTES_MAX = 1024 * 1024;

/** How often a silent stream shows that it is open, in ms, so that each end notices when the other is gone. */
const ALIVE_EVERY_MS = 10_000;

/** Server-sent events: an answer that continues until one of the two ends closes it. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #alive: NodeJS.Timeout;
  readonly #unreadMax: number;
  #dropped = 0;

  /**
   * Begins the answer.
   *
   * @param unreadMax bytes that may wait for a slow reader. What comes then is dropped, and counted in an event `dropped`.
   */
  constructor(response: ServerResponse, unreadMax = UNREAD_BYTES_MAX) {
    this.#response = response;
    this.#unreadMax = unreadMax;
    begin(response, 200, { "content-type": "text/event-stream", connection: "close" });
    response.flushHeaders();
    this.#alive = setInterval(() => this.#write(":\n\n"), ALIVE_EVERY_MS);
    this.#alive.unref();
    response.once("close", () => clearInterval(this.#alive));
  }

  /** Whether it has ended. */
  get isClosed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  /** How many events have been dropped since the last one that was sent. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether its reader has let so much gather that no more is sent. */
  get isFull(): boolean {
    return this.#response.writableLength > this.#unreadMax;
  }

  /** Calls back once when its reader has taken what gathered. */
  onDrain(callback: () => void): void {
    this.#response.once("drain", callback);
  }

  /** Calls back once when it has ended, at once if it has. */
  onClose(callback: () => void): void {
    if (this.isClosed) callback();
    else this.#response.once("close", callback);
  }

  /** Sends an event with a value as JSON. Gives whether it was sent. */
  send(event: string, value: unknown): boolean {
    return this.sendText(event, JSON.stringify(value));
  }

  /**
   * Sends an event whose data is one line of text: for what many streams send, which is made once. A reader that comes again
   * sends the last `id` that it has got.
   */
  sendText(event: string, data: string, id?: number): boolean {
    if (this.isClosed) return false;
    if (this.isFull) {
      this.#dropped += 1;
      return false;
    }
    if (this.#dropped > 0) {
      this.#write(`event: dropped\ndata: {"count":${this.#dropped}}\n\n`);
      this.#dropped = 0;
    }
    const last = id === undefined ? "" : `id: ${id}\n`;
    this.#write(`${last}event: ${event}\ndata: ${data}\n\n`);
    return true;
  }

  /** Sends what is left, and ends it. */
  end(): void {
    clearInterval(this.#alive);
    this.#response.end();
  }

  #write(text: string): void {
    if (!this.isClosed && this.#response.writableLength <= this.#unreadMax)
      this.#response.write(text);
  }
}
