import type { Message, NodeId } from "@kontiki/core";
import type { OutgoingMail } from "../mail/protocol.ts";
import type { CommandBytes } from "../storage/storage.ts";
import { encodeParcel } from "../mail/wire.ts";
import type { LetterWatch } from "./letter-watch.ts";

type Bundle = { readonly toUid: number; readonly messages: Message<CommandBytes>[] };

/** Messages to be posted, collected so that each peer gets one letter. */
export class Outbox {
  readonly #fromUid: number;
  readonly #watch: LetterWatch | undefined;
  #waiting = new Map<NodeId, Bundle[]>();

  /** @param fromUid the disk that the messages are from. */
  constructor(fromUid: number, watch?: LetterWatch) {
    this.#fromUid = fromUid;
    this.#watch = watch;
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
      for (const { toUid, messages } of bundles) {
        const bytes = this.#bytesOf(to, toUid, messages);
        mail.push(messages.every(isAcceptance) ? { to, bytes, canWait: true } : { to, bytes });
      }
    return mail;
  }

  #bytesOf(
    to: NodeId,
    toUid: number,
    messages: readonly Message<CommandBytes>[],
  ): OutgoingMail["bytes"] {
    const number = this.#watch?.next();
    const bytes = encodeParcel({ type: "raft", fromUid: this.#fromUid, toUid, messages, number });
    if (number !== undefined) this.#watch?.sent(to, number, messages, bytes.length);
    return bytes;
  }
}

/** A leader that has committed its log needs it only for what it does next. See `awaitsNoAnswer`. */
function isAcceptance({ type }: Message<CommandBytes>): boolean {
  return type === "appendAccepted";
}
