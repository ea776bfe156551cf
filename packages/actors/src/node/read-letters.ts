import { isNodeId, type Event } from "@kontiki/core";
import { isClientAddress, type ClientAddress } from "../mail/address.ts";
import type { Letter, Order } from "./letter.ts";
import type { LetterWatch } from "./letter-watch.ts";
import type { CommandBytes } from "../storage/storage.ts";
import { openParcel, type Parcel } from "../mail/wire.ts";

/** Commands of one parcel of one client. */
export type Proposals = {
  readonly client: ClientAddress;
  readonly id: number;
  readonly commands: readonly CommandBytes[];
  /** Whether another node forwarded it: then it is not forwarded again, or two nodes could send it back and forth. */
  readonly forwarded: boolean;
};

/** Queries of one parcel of one client. */
export type Questions = Pick<Parcel & { type: "read" }, "id" | "consistency" | "questions"> & {
  readonly client: ClientAddress;
};

type Mail = Letter & { readonly type: "mail" };
type Obituary = Letter & { readonly type: "obituary" };
type Timeout = Letter & { readonly type: "timer" | "silence" };

/** A turn's letters, sorted by kind. */
export type Read = {
  readonly obituaries: readonly Obituary[];
  readonly messages: readonly Event<CommandBytes>[];
  /** The last incarnation heard from each peer. */
  readonly heard: ReadonlyMap<string, number>;
  readonly timeouts: readonly Timeout[];
  readonly orders: readonly Order[];
  readonly proposals: readonly Proposals[];
  readonly questions: readonly Questions[];
  /** Letters that could not be decoded, or whose sender may not send them. */
  readonly malformed: number;
};

/**
 * Decodes letters. Obituaries and messages are handled before timers (see `eventsOf`): a heartbeat that is in the mailbox
 * together with a timeout arrived in time; the node was only too busy to read it.
 */
export function readLetters(letters: readonly Letter[], watch?: LetterWatch): Read {
  const read = new Reading(watch);
  for (const letter of letters) read.take(letter);
  return read;
}

class Reading implements Read {
  readonly obituaries: Obituary[] = [];
  readonly messages: Event<CommandBytes>[] = [];
  readonly heard = new Map<string, number>();
  readonly timeouts: Timeout[] = [];
  readonly orders: Order[] = [];
  readonly proposals: Proposals[] = [];
  readonly questions: Questions[] = [];
  malformed = 0;
  readonly #watch: LetterWatch | undefined;

  constructor(watch: LetterWatch | undefined) {
    this.#watch = watch;
  }

  take(letter: Letter): void {
    switch (letter.type) {
      case "mail":
        if (!this.#open(letter)) this.malformed += 1;
        return;
      case "obituary":
        this.obituaries.push(letter);
        return;
      case "timer":
      case "silence":
        this.timeouts.push(letter);
        return;
      case "order":
        this.orders.push(letter.event);
        return;
      default:
        letter satisfies never;
    }
  }

  #open(letter: Mail): boolean {
    const parcel = openParcel(letter.bytes);
    if (parcel === undefined) return false;
    return isClientAddress(letter.from)
      ? this.#fromClient(letter.from, parcel)
      : this.#fromNode(letter, parcel);
  }

  #fromClient(client: ClientAddress, parcel: Parcel): boolean {
    if (parcel.type === "propose") {
      const { id, commands } = parcel;
      this.proposals.push({ client, id, commands, forwarded: false });
      return true;
    }
    if (parcel.type !== "read") return false;
    const { id, consistency, questions } = parcel;
    this.questions.push({ client, id, consistency, questions });
    return true;
  }

  #fromNode({ from, incarnation, bytes }: Mail, parcel: Parcel): boolean {
    if (!isNodeId(from)) return false;
    if (parcel.type === "forward") {
      const { client, id, commands } = parcel;
      this.proposals.push({ client, id, commands, forwarded: true });
      return true;
    }
    if (parcel.type !== "raft") return false;
    const { fromUid, toUid, messages, number } = parcel;
    if (number !== undefined)
      this.#watch?.received(from, incarnation, number, messages, bytes.length);
    this.heard.set(from, incarnation);
    for (const message of messages)
      this.messages.push({ type: "message", from, fromUid, toUid, message });
    return true;
  }
}
