import type { HostReply } from "./host-questions.ts";
import type { Untaken } from "./transport.ts";

type Waiting = {
  readonly host: string;
  readonly end: (reply: HostReply) => void;
  readonly timer: NodeJS.Timeout;
};

/** The questions to other hosts that are not answered yet. */
export class AskedHosts {
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  /**
   * Sends a question, and resolves to what becomes of it.
   *
   * @param send sends it under a number; returns why it does not.
   */
  ask(host: string, waitMs: number, send: (id: number) => Untaken | undefined): Promise<HostReply> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      const end = (reply: HostReply): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(reply);
      };
      const late = `host ${host} has not answered within ${Math.ceil(waitMs)} ms`;
      const timer = setTimeout(() => end({ type: "none", why: late, isOpen: true }), waitMs);
      this.#waiting.set(id, { host, end, timer });
      const untaken = send(id);
      if (untaken !== undefined)
        end({ type: "none", why: `host ${host} is not reached: ${untaken}`, isOpen: false });
    });
  }

  /** A host has answered. Returns whether that was awaited. */
  answered(host: string, id: number, reply: HostReply): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting?.host !== host) return false;
    waiting.end(reply);
    return true;
  }

  /** No more answers are awaited. */
  close(): void {
    const why = "this host has stopped";
    for (const { end } of this.#waiting.values()) end({ type: "none", why, isOpen: true });
  }
}
