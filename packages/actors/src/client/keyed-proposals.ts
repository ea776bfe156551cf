import { createHash, randomInt } from "node:crypto";
import type { NodeId } from "@kontiki/core";
import { clientAddress, type Address } from "../mail/address.ts";
import type { Envelope } from "../mail/protocol.ts";
import type { DeadLetterReason } from "../mail/status.ts";
import { viewOf, type Slice } from "../bytes/slice.ts";
import { clientOf, SEQUENCE_MAX } from "../sessions/command.ts";
import { ClientDriver } from "./client-driver.ts";
import type { ClientTimes, ProposalEnd } from "./client-effect.ts";
import { KeyedSession } from "./keyed-session.ts";

/** Parcels of keyed proposals are numbered from some number below this on. */
const PARCELS_FROM_MAX = 2 ** 47;

/** A proposal that has not ended, and all that wait for its end. */
type UnderWay = {
  readonly name: string;
  readonly driver: ClientDriver;
  readonly onEnd: ((end: ProposalEnd) => void)[];
};

/** What a {@link KeyedProposals} needs of the cluster. */
export type KeyedHost = {
  readonly times: ClientTimes;
  readonly nodes: () => readonly NodeId[];
  /** The highest index that the log is known to have reached. */
  readonly reached: () => number;
  readonly route: (envelope: Envelope) => DeadLetterReason | undefined;
  /** The number of the client whose address must stay its own. */
  readonly taken: number;
};

/**
 * Proposals with idempotency keys.
 *
 * A key and a command together are the name of a proposal. A digest of the name gives its session and its sequence number,
 * so a repeat is recognized as those of a client's own retries are: by the replicated sessions, after a crash of any node
 * and of this process. Their limits bound the table of keys as well.
 *
 * Each proposal has a client of its own while it is under way, with the address that its session has.
 */
export class KeyedProposals {
  readonly #host: KeyedHost;
  readonly #underWay = new Map<Address, UnderWay>();
  /** Not from 1: the same key may be under way on another host, and answers to its client come to both. */
  #parcels = randomInt(PARCELS_FROM_MAX);

  constructor(host: KeyedHost) {
    this.#host = host;
  }

  /** Proposes a command, or joins the same one that is under way, and calls back once when it has ended. */
  propose(key: string, command: Slice, timeoutMs: number, onEnd: (end: ProposalEnd) => void): void {
    const { session, sequence } = numbersOf(key, viewOf(command));
    const address = clientAddress(clientOf(session));
    const name = `${session}:${sequence}`;
    const known = this.#underWay.get(address);
    if (known?.name === name) {
      known.onEnd.push(onEnd);
      return;
    }
    if (known !== undefined || clientOf(session) === clientOf(this.#host.taken))
      return onEnd({ type: "definitelyNot", reason: "another proposal has this address now" });
    const driver = this.#driver(session, sequence);
    const ends = [onEnd];
    this.#underWay.set(address, { name, driver, onEnd: ends });
    driver.propose(command, timeoutMs, (end) => {
      this.#underWay.delete(address);
      for (const each of ends) each(end);
    });
  }

  /** A letter has come for a client that is no other's. One whose proposal has ended is late, and no longer needed. */
  receive(envelope: Envelope): DeadLetterReason | undefined {
    return this.#underWay.get(envelope.to)?.driver.receive(envelope);
  }

  /** Tells all clients of the proposals under way. */
  each(tell: (driver: ClientDriver) => void): void {
    for (const { driver } of this.#underWay.values()) tell(driver);
  }

  /** Parcels are numbered together: a late refusal of an earlier proposal's must not be taken for one of a later. */
  #driver(session: number, sequence: number): ClientDriver {
    const { times, nodes, reached, route } = this.#host;
    const keyed = {
      session: new KeyedSession(session, reached()),
      sequence,
      parcel: () => {
        this.#parcels += 1;
        return this.#parcels;
      },
    };
    return new ClientDriver(session, nodes(), times, route, keyed);
  }
}

/**
 * The session and the sequence number of a proposal: 95 bits of a digest. Where two proposals have the same session by
 * chance, their sequence numbers differ, so that neither is taken for the other: the one with the higher number is
 * applied, and the other one is applied before it or gets no answer.
 */
function numbersOf(
  key: string,
  payload: Uint8Array,
): { readonly session: number; readonly sequence: number } {
  const digest = createHash("sha256")
    .update(`${Buffer.byteLength(key)}:`)
    .update(key)
    .update(payload)
    .digest();
  return {
    session: digest.readUIntBE(0, 6),
    sequence: Math.min(SEQUENCE_MAX, 1 + Math.floor(digest.readUIntBE(6, 6) / 2)),
  };
}
