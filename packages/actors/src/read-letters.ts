import { isNodeId, type Config, type Event } from "@kontiki/core";
import type { Address } from "./address.ts";
import type { Letter } from "./letter.ts";
import type { CommandBytes } from "./storage.ts";
import { openParcel } from "./wire.ts";

/** Commands of one parcel of one client. */
export type Proposals = {
  readonly from: Address;
  readonly id: number;
  readonly commands: readonly CommandBytes[];
};

/** A turn's letters, sorted by what they are. */
export type Read = {
  readonly messages: readonly Event<CommandBytes>[];
  /** Epochs of timers that ran out. */
  readonly timers: readonly number[];
  readonly proposals: readonly Proposals[];
  /** Letters that could not be read, or that came from where they cannot come from. */
  readonly malformed: number;
};

/**
 * Opens letters. Messages come before timers: a heartbeat that lies in the mailbox beside a timeout came in time, as
 * the node was only too busy to look.
 */
export function readLetters(letters: readonly Letter[], config: Config): Read {
  const messages: Event<CommandBytes>[] = [];
  const timers: number[] = [];
  const proposals: Proposals[] = [];
  let malformed = 0;
  for (const letter of letters) {
    if (letter.type === "timer") {
      timers.push(letter.epoch);
      continue;
    }
    const { from } = letter;
    const parcel = openParcel(letter.bytes);
    if (parcel?.type === "raft" && isNodeId(from) && config.voters.includes(from)) {
      for (const message of parcel.messages) messages.push({ type: "message", from, message });
    } else if (parcel?.type === "propose") {
      proposals.push({ from, id: parcel.id, commands: parcel.commands });
    } else {
      malformed += 1;
    }
  }
  return { messages, timers, proposals, malformed };
}
