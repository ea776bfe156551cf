import type { Letter } from "./letter.ts";
import type { OutgoingMail } from "../mail/protocol.ts";
import { readLetters } from "./read-letters.ts";
import { encodeParcel } from "../mail/wire.ts";

/**
 * Answers for a node whose disk cannot be used: it accepts nothing, and its clients should turn elsewhere at once, also
 * those whose proposals another node forwarded.
 */
export function declineLetters(letters: readonly Letter[]): OutgoingMail[] {
  const { proposals, questions } = readLetters(letters);
  const leader = undefined;
  return [
    ...proposals.map(({ client, id }) => ({
      to: client,
      bytes: encodeParcel({ type: "refused", id, reason: "notLeader", leader }),
    })),
    ...questions.map(({ client, id }) => ({
      to: client,
      bytes: encodeParcel({ type: "readRefused", id, leader }),
    })),
  ];
}
