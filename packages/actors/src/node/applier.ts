import { sha256 } from "#platform";
import {
  indexAfter,
  INDEX_ZERO,
  type Entry,
  type Index,
  type LogView,
  type Term,
} from "@kontiki/core";
import { clientAddress } from "../mail/address.ts";
import { restoreParts, sessionBytes, snapshotParts, stateIn, wholeOf } from "./applier-snapshot.ts";
import { flatRecord, packed, type Packed } from "../bytes/flat-record.ts";
import { partOf, SMALL_BYTES } from "../bytes/part-of.ts";
import { clientOf } from "../sessions/command.ts";
import { DigestMarks } from "./digest-marks.ts";
import type { OutgoingMail } from "../mail/protocol.ts";
import { applyCommand, applyPart, applyPayload, queryPayload } from "../sessions/result.ts";
import { AnswerPacker } from "../sessions/packed-results.ts";
import { commandsIn } from "../sessions/run.ts";
import { Sessions, type SessionLimits, type Use } from "../sessions/sessions.ts";
import type { StateMachine } from "../machine/state-machine.ts";
import type { CommandBytes } from "../storage/storage.ts";
import { encodeParcel } from "../mail/wire.ts";

const NOTHING = new Uint8Array(0);

/** How many entries are taken out of the log at a time. */
const SLICE_ENTRIES = 64;

/** Sees what becomes of entries: called on the hot path. */
export type EntryObserver = {
  /** An entry was applied. `repeats` of its commands were not given to the machine; it has this many bytes of commands. */
  readonly applied: (index: Index, repeats: number, bytes: number) => void;
  /** The state is now that after this entry. */
  readonly restored: (index: Index) => void;
};

/**
 * Applies committed entries to the sessions and the state machine, each once and in order, and collects the answers.
 * Sessions and machine together are the contents of a snapshot.
 */
export class Applier {
  readonly #machine: StateMachine;
  readonly #sessions: Sessions;
  readonly #use: Use;
  /** The entry that is being applied, and views of it if it is a run that needs them. */
  #entry: CommandBytes = NOTHING;
  #isRun = false;
  #run: Packed | undefined;
  /** Views of all of the buffer that it is in, and where it begins there; undefined if it is small. */
  #packed: Packed | undefined;
  #begin = 0;
  /** The views of the last entry that was not small: many entries of a recovered log are in the same buffer. */
  #views: Packed | undefined;
  #buffer: ArrayBufferLike | undefined;
  /** The answers to its commands; undefined if they are for another node to give. */
  #answers: Map<number, AnswerPacker> | undefined;
  readonly #marks = new DigestMarks();
  #applied: Index = INDEX_ZERO;
  #commandsSince = 0;

  /** How many commands of the entry the machine was given. */
  #given = 0;
  readonly #observer: EntryObserver | undefined;

  constructor(machine: StateMachine, limits?: SessionLimits, observer?: EntryObserver) {
    this.#machine = machine;
    this.#observer = observer;
    this.#sessions = new Sessions(limits);
    this.#use = {
      apply: (from, to) => {
        this.#given += 1;
        const [all, begin] = [this.#packed, this.#begin];
        const record = all && flatRecord(all, begin + from, begin + to);
        if (record !== undefined) return applyCommand(machine, record);
        // Nothing after the entry may be seen: it differs from node to node, and so would the error for a bad payload.
        if (!this.#isRun) return applyPayload(machine, partOf(this.#entry, from, to));
        this.#run ??= packed(this.#entry);
        return applyPart(machine, this.#run, from, to);
      },
      answer: (session, sequence, result) => {
        if (this.#answers !== undefined) addAnswer(this.#answers, session, sequence, result);
      },
    };
  }

  /** The last applied entry. */
  get applied(): Index {
    return this.#applied;
  }

  /** How many commands were applied since the last snapshot was restored; an entry without any counts as one. */
  get commandsSince(): number {
    return this.#commandsSince;
  }

  /**
   * Applies entries up to `upTo`, until they hold `max` commands or more, and returns letters with the answers to those of
   * `answerTerm`: a leader answers only commands that it appended itself in its present term. No client waits at other
   * nodes; a client that proposed to an earlier leader retries and is answered as a repeat. An entry without commands
   * counts as one.
   */
  apply(
    log: Pick<LogView<CommandBytes>, "slice">,
    upTo: Index,
    max: number,
    answerTerm: Term | undefined,
  ): OutgoingMail[] {
    const from = indexAfter(this.#applied);
    const to = this.#marks.next(Math.min(upTo, this.#applied + max) as Index);
    if (to < from) return [];
    const answers = new Map<number, AnswerPacker>();
    let count = 0;
    // Some at a time: most entries have many commands, so few of them are a turn's work.
    for (let first: number = from; first <= to && count < max; first += SLICE_ENTRIES) {
      const last = Math.min(to, first + SLICE_ENTRIES - 1);
      for (const entry of log.slice(first as Index, last as Index, Number.MAX_SAFE_INTEGER)) {
        if (count >= max) break;
        this.#applied = entry.index;
        this.#answers = entry.term === answerTerm ? answers : undefined;
        count += this.#applyEntry(entry);
      }
    }
    // What was applied is not kept in memory.
    this.#look(NOTHING, false);
    [this.#views, this.#buffer] = [undefined, undefined];
    this.#commandsSince += count;
    this.#marks.reached(this.#applied, () => this.digest());
    return Array.from(answers, ([client, packer]) => ({
      to: clientAddress(client),
      bytes: encodeParcel({ type: "answers", ranges: packer.end() }),
    }));
  }

  /** Applies an entry. Gives how many commands it holds, at least 1. */
  #applyEntry(entry: Entry<CommandBytes>): number {
    if (entry.type !== "command") {
      this.#observer?.applied(entry.index, 0, 0);
      return 1;
    }
    const { command } = entry;
    const count = commandsIn(command);
    this.#look(command, count > 1);
    this.#given = 0;
    this.#sessions.apply(command, entry.index, this.#use);
    this.#observer?.applied(entry.index, count - this.#given, command.length);
    return Math.max(1, count);
  }

  /** Makes views of an entry, unless those of the last one are of the same buffer. */
  #look(command: CommandBytes, isRun: boolean): void {
    this.#entry = command;
    this.#isRun = isRun;
    this.#run = undefined;
    this.#packed = undefined;
    if (command.length <= SMALL_BYTES) return;
    const { buffer } = command;
    if (this.#buffer !== buffer) this.#views = packed(new Uint8Array(buffer));
    this.#buffer = buffer;
    this.#packed = this.#views;
    this.#begin = command.byteOffset;
  }

  /**
   * Answers a query from the applied state, in the encoding of a command's result. Changes nothing, and needs no
   * session.
   */
  query(payload: Uint8Array): Uint8Array {
    return queryPayload(this.#machine, payload);
  }

  /**
   * Sessions and machine as of `applied`, as parts of bytes. They are read one by one, as slowly as needed: entries
   * applied meanwhile are not visible. A reader that stops before the end calls `return`, as a `for` loop does.
   */
  snapshot(): Generator<Uint8Array, void> {
    return snapshotParts(this.#machine, this.#sessions.copy());
  }

  /**
   * Restores the parts of a snapshot that covers everything up to and including the entry `at`.
   *
   * @throws KontikiError that says what is wrong with them. This applier must not be used then.
   */
  restore(parts: Iterable<Uint8Array>, at: Index): void {
    this.#sessions.restore(restoreParts(this.#machine, parts));
    this.#applied = at;
    this.#commandsSince = 0;
    this.#observer?.restored(at);
    this.#marks.reached(at, () => this.digest());
  }

  /** See {@link NodeActor.machineState}. */
  machineState(): unknown {
    return stateIn(wholeOf(this.#machine));
  }

  /** See {@link NodeActor.digestAt}. */
  digestAt(...[at, callback]: Parameters<DigestMarks["add"]>): void {
    this.#marks.add(at, callback);
    this.#marks.reached(this.#applied, () => this.digest());
  }

  /**
   * SHA-256 of machine and sessions in hex: the same on all nodes that have applied the same entries. The machine is in it
   * as the bytes of its snapshot, so two states that a snapshot distinguishes have different digests.
   *
   * @throws StateMachineError when the machine's snapshot is not plain data.
   */
  digest(): string {
    const hash = sha256();
    for (const part of sessionBytes(this.#sessions.copy())) hash.update(part);
    return hash.update(wholeOf(this.#machine)).digest("hex");
  }
}

function addAnswer(
  answers: Map<number, AnswerPacker>,
  session: number,
  sequence: number,
  result: Uint8Array,
): void {
  const client = clientOf(session);
  let mine = answers.get(client);
  if (mine === undefined) {
    mine = new AnswerPacker();
    answers.set(client, mine);
  }
  mine.add(sequence, result);
}
