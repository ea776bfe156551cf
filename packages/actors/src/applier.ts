import { indexAfter, INDEX_ZERO, type Index, type LogView, type Term } from "@kontiki/core";
import { clientAddress } from "./address.ts";
import { headerOf } from "./command.ts";
import type { OutgoingMail } from "./protocol.ts";
import { applyPayload } from "./result.ts";
import { Sessions } from "./sessions.ts";
import type { StateMachine } from "./state-machine.ts";
import type { CommandBytes } from "./storage.ts";
import { encodeParcel } from "./wire.ts";

type Answers = { readonly sequences: number[]; readonly results: Uint8Array[] };

/** Applies committed entries to the state machine, each once and in order, and gathers the answers. */
export class Applier {
  readonly #machine: StateMachine;
  readonly #sessions = new Sessions();
  #applied: Index = INDEX_ZERO;

  constructor(machine: StateMachine) {
    this.#machine = machine;
  }

  /** The last entry that was applied. */
  get applied(): Index {
    return this.#applied;
  }

  /**
   * Applies entries up to `upTo`, at most `max` of them, and gives letters with the answers of those that are of
   * `answerTerm`: a leader answers what it took into the log itself, in this very leadership. Everybody else has
   * nobody waiting; a client that turned to an earlier leader asks again and is answered as a repeat.
   */
  apply(
    log: LogView<CommandBytes>,
    upTo: Index,
    max: number,
    answerTerm: Term | undefined,
  ): OutgoingMail[] {
    const from = indexAfter(this.#applied);
    const to = Math.min(upTo, this.#applied + max) as Index;
    if (to < from) return [];
    const answers = new Map<number, Answers>();
    for (const entry of log.slice(from, to, Number.MAX_SAFE_INTEGER)) {
      this.#applied = entry.index;
      if (entry.type === "noop") continue;
      const result = this.#sessions.apply(entry.command, (payload) =>
        applyPayload(this.#machine, payload),
      );
      if (result !== undefined && entry.term === answerTerm)
        addAnswer(answers, entry.command, result);
    }
    return Array.from(answers, ([client, { sequences, results }]) => ({
      to: clientAddress(client),
      bytes: encodeParcel({ type: "answers", sequences, results }),
    }));
  }

  /** The state machine's whole state. */
  snapshot(): unknown {
    return this.#machine.snapshot();
  }
}

function addAnswer(answers: Map<number, Answers>, command: CommandBytes, result: Uint8Array): void {
  const { client, sequence } = headerOf(command);
  let mine = answers.get(client);
  if (mine === undefined) {
    mine = { sequences: [], results: [] };
    answers.set(client, mine);
  }
  mine.sequences.push(sequence);
  mine.results.push(result);
}
