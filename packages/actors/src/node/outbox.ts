import type { Message, NodeId } from "@kontiki/core";
import type { OutgoingMail } from "../mail/protocol.ts";
import type { CommandBytes } from "../storage/storage.ts";
import { encodeParcel } from "../mail/wire.ts";

type Bundle = { readonly toUid: number; readonly messages: Message<CommandBytes>[] };

/** Messages to be posted, collected so that each peer gets one letter. */
export class Outbox {
  readonly #fromUid: number;
  #waiting = new Map<NodeId, Bundle[]>();

  /** @param fromUid the disk that the messages are from. */
  constructor(fromUid: number) {
    this.#fromUid = fromUid;
  }

  /** Adds a message for the disk `toUid` of a node. */
  add(to: NodeId, toUid: number, message: Message<CommandBytes>): void {
    const bundles = this.#waiting.get(to);
    const last = bundles?.at(-1);
    if (last?.toUid === toUid) last.messages.push(message);
    else if (bundles === undefined) this.#waiting.set(to, [{ toUid, messages: [message] }]);
    else bundles.push({ toUid, messages: [message] });
  }

  /** Removes everything: one letter per peer, and one more if a peer got another disk within the turn. */
  take(): OutgoingMail[] {
    if (this.#waiting.size === 0) return [];
    const waiting = this.#waiting;
    this.#waiting = new Map();
    const mail: OutgoingMail[] = [];
    for (const [to, bundles] of waiting)
      for (const { toUid, messages } of bundles)
        mail.push({
          to,
          bytes: encodeParcel({ type: "raft", fromUid: this.#fromUid, toUid, messages }),
          ...(messages.every(isAcceptance) && { canWait: true }),
        });
    return mail;
  }
}

/** A leader that has committed its log needs it only for what it does next. See `awaitsNoAnswer`. */
function isAcceptance({ type }: Message<CommandBytes>): boolean {
  return type === "appendAccepted";
}
