import { openingCommand, sessionOf } from "../sessions/command.ts";
import type { Expired } from "../sessions/result.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** What a proposal's session is to its client (dissertation 6.3). */
export interface ProposalSession {
  /** The number in the headers of commands. */
  readonly number: number;
  /** The command that opens the session; undefined once it is known to be open. */
  readonly opening: CommandBytes | undefined;
  /** A command of this session was applied. */
  wasUsed(session: number): void;
  /** A session is not open, or no longer. Returns whether what is in no log may be proposed again. */
  hasEnded(expired: Expired): boolean;
}

/** The session that a client proposes under; when it ends, the next one takes its place (dissertation 6.3). */
export class ClientSession implements ProposalSession {
  readonly #client: number;
  #count = 0;
  #reached = 0;
  #isOpen = false;

  /** @param client a number below 2^40. */
  constructor(client: number) {
    this.#client = client;
  }

  /** The number in the headers of commands. */
  get number(): number {
    return sessionOf(this.#client, this.#count);
  }

  /**
   * The command that opens the session; undefined once it is known to be open. Until then it goes first in each parcel:
   * any of those parcels may be lost, or arrive first.
   */
  get opening(): CommandBytes | undefined {
    return this.#isOpen ? undefined : openingCommand(this.number, this.#reached);
  }

  /** A command of this session was applied. */
  wasUsed(session: number): void {
    this.#isOpen ||= session === this.number;
  }

  /** A session is not open, or no longer. If it is the present one, the next one takes its place. */
  hasEnded({ session, index }: Expired): boolean {
    if (session !== this.number) return true;
    this.#count += 1;
    this.#reached = index;
    this.#isOpen = false;
    return true;
  }
}
