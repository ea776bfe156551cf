import { openingCommand, sessionOf } from "../sessions/command.ts";
import type { Expired } from "../sessions/result.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** The session that a client proposes under, and one after the other as they end (dissertation 6.3). */
export class ClientSession {
  readonly #client: number;
  #count = 0;
  #reached = 0;
  #isOpen = false;

  /** @param client a number below 2^40. */
  constructor(client: number) {
    this.#client = client;
  }

  /** What the headers of commands say. */
  get number(): number {
    return sessionOf(this.#client, this.#count);
  }

  /**
   * The command that opens it, which goes ahead of the commands of each parcel as long as nobody has said that the
   * session is open: any of those parcels may be lost, or come first.
   */
  get opening(): CommandBytes | undefined {
    return this.#isOpen ? undefined : openingCommand(this.number, this.#reached);
  }

  /** A command of this session was applied. */
  wasUsed(session: number): void {
    this.#isOpen ||= session === this.number;
  }

  /** A session is not open, or not any more. When it is the present one, another takes its place. */
  hasEnded({ session, index }: Expired): void {
    if (session !== this.number) return;
    this.#count += 1;
    this.#reached = index;
    this.#isOpen = false;
  }
}
