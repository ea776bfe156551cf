import type { DeadLetterReason, Letter } from "../mailboxes/letter.ts";
import type { Switchboard } from "../supervision/switchboard.ts";
import { Asks } from "./asks.ts";
import { decodeMessage, encodeMessage, PROGRAM } from "./message.ts";

/** The program's own mail: what it sends to actors, and their answers. */
export class ProgramMail {
  readonly #mail: Switchboard;
  readonly #asks = new Asks();

  constructor(mail: Switchboard) {
    this.#mail = mail;
    mail.router.attachClient(PROGRAM, (letter) => this.#receive(letter));
  }

  tell(to: string, message: unknown): void {
    this.#post(to, encodeMessage("tell", 0, message));
  }

  ask(to: string, message: unknown, deadlineMs: number): Promise<unknown> {
    return this.#asks.ask(to, deadlineMs, (number) =>
      this.#post(to, encodeMessage("ask", number, message)),
    );
  }

  /** An actor has ended. */
  ended(name: string, cause: string): void {
    this.#asks.ended(name, cause);
  }

  /** Nothing is answered any more. */
  close(why: string): void {
    this.#asks.close(why);
  }

  #post(to: string, bytes: Uint8Array<ArrayBuffer>): DeadLetterReason | undefined {
    return this.#mail.router.route({ to, from: PROGRAM, incarnation: 0, bytes });
  }

  /** Only answers come: the program has no name to which others could write. */
  #receive({ bytes }: Letter): DeadLetterReason | undefined {
    const { kind, number, body } = decodeMessage(bytes);
    if (kind !== "answer") return "unknown address";
    this.#asks.answered(number, body);
    return undefined;
  }
}
