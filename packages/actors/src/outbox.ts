import type { Message, NodeId } from "@kontiki/core";
import type { OutgoingMail } from "./protocol.ts";
import type { CommandBytes } from "./storage.ts";
import { encodeParcel } from "./wire.ts";

/** Messages that wait for the post, gathered so that each peer gets one letter. */
export class Outbox {
  #waiting = new Map<NodeId, Message<CommandBytes>[]>();

  add(to: NodeId, message: Message<CommandBytes>): void {
    const messages = this.#waiting.get(to);
    if (messages === undefined) this.#waiting.set(to, [message]);
    else messages.push(message);
  }

  /** Takes everything out, a letter for each peer. */
  take(): OutgoingMail[] {
    if (this.#waiting.size === 0) return [];
    const waiting = this.#waiting;
    this.#waiting = new Map();
    return Array.from(waiting, ([to, messages]) => ({
      to,
      bytes: encodeParcel({ type: "raft", messages }),
    }));
  }
}
