import { openingCommand } from "../sessions/command.ts";
import type { Expired } from "../sessions/result.ts";
import type { CommandBytes } from "../storage/storage.ts";
import type { ProposalSession } from "./client-session.ts";

/**
 * The session of one proposal with an idempotency key. The key decides its number, so every attempt at the proposal, by
 * any client, is under the same session and is recognized by it.
 */
export class KeyedSession implements ProposalSession {
  readonly number: number;
  #reached: number;
  #isOpen = false;
  #isReopened = false;

  /** @param reached an index that the log is known to have reached: the higher, the better. */
  constructor(number: number, reached: number) {
    this.number = number;
    this.#reached = reached;
  }

  get opening(): CommandBytes | undefined {
    return this.#isOpen ? undefined : openingCommand(this.number, this.#reached);
  }

  wasUsed(): void {
    this.#isOpen = true;
  }

  /**
   * The session was not open. Once that may be because the log has grown a lot since `reached`; then it can be opened with
   * the index that is known now. When it still cannot be opened, it was used and was ended to make room for others.
   */
  hasEnded({ index }: Expired): boolean {
    if (this.#isReopened) return false;
    this.#isReopened = true;
    this.#reached = index;
    return true;
  }
}
