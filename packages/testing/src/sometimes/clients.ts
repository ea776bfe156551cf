import {
  clientOf,
  eachCommand,
  expiredIn,
  isClientAddress,
  openParcel,
  ResultsReader,
} from "@kontiki/actors/node";
import type { AnswerRange, CommandBytes, CommandInEntry, Outcome } from "@kontiki/actors/node";
import { index, type Entry } from "@kontiki/core";
import type { CoreStep, Happening, Proposal } from "../engine/observer.ts";
import { rowsOf, type ActorView, type RunPoints, type RunWatch, type Table } from "./run-point.ts";

type Name =
  | "clients.committedTwice"
  | "clients.committedInTwoTerms"
  | "clients.run"
  | "clients.regrouped"
  | "clients.runInTwoTerms"
  | "clients.openedTwice"
  | "clients.belowFloor"
  | "clients.unknownDone"
  | "clients.unknownDoneLater"
  | "clients.answeredByOther"
  | "clients.noLeader"
  | "clients.handedOver"
  | "clients.busy"
  | "clients.expired"
  | "clients.sessionEnded"
  | "clients.laterSession"
  | "clients.snapshotAfterEnd"
  | "clients.installedAfterEnd"
  | "clients.noNode"
  | "clients.mailboxFull";

const TABLE: Table<Name> = {
  "clients.committedTwice": ["6.3", "A command was committed twice, and applied once."],
  "clients.committedInTwoTerms": [
    "6.3",
    "A command was committed by one leader and again by a later one.",
  ],
  "clients.run": [undefined, "A run of several commands was committed."],
  "clients.regrouped": ["6.3", "A command was committed again in another run than before."],
  "clients.runInTwoTerms": ["6.3", "A run was committed by one leader and again by a later one."],
  "clients.openedTwice": ["6.3", "The command that opens a session was committed twice."],
  "clients.belowFloor": [
    "6.3",
    "A repeat was committed after its client had said that it waits for no answer to it.",
  ],
  "clients.unknownDone": ["6.3", "A client did not learn that its command had been committed."],
  "clients.unknownDoneLater": [
    "6.3",
    "A command was committed after its client had stopped waiting for it.",
  ],
  "clients.answeredByOther": [
    "6.3",
    "A client was answered after a later leader than that of its command had been elected.",
  ],
  "clients.noLeader": ["6.1", "A client ended a command because no leader was found in time."],
  "clients.handedOver": [
    "3.10",
    "A client ended a command because leadership was being transferred.",
  ],
  "clients.busy": [undefined, "A client ended a command because the leader was busy for too long."],
  "clients.expired": ["6.3", "A command was not applied because its session had ended."],
  "clients.sessionEnded": [
    "6.3",
    "A client cannot know the outcome of a command, because its session ended between two attempts.",
  ],
  "clients.laterSession": ["6.3", "A client whose session had ended opened another one."],
  "clients.snapshotAfterEnd": ["6.3", "A snapshot was taken after a session had ended."],
  "clients.installedAfterEnd": ["6.3", "A snapshot was installed after a session had ended."],
  "clients.noNode": ["6.1", "A client's letter arrived where no node ran."],
  "clients.mailboxFull": [undefined, "A client's letter did not fit into a node's mailbox."],
};

/** Situations of clients: retries, sessions, and what a client learns. */
export const CLIENTS: RunPoints = {
  points: rowsOf(TABLE),
  watch: (meet) => new ClientWatch(meet),
};

const MARKS: readonly (readonly [Outcome<unknown>["type"], string, Name])[] = [
  ["definitelyNot", "no leader was found", "clients.noLeader"],
  ["definitelyNot", "leadership was being handed over", "clients.handedOver"],
  ["definitelyNot", "was busy", "clients.busy"],
  ["unknown", "its session has ended", "clients.sessionEnded"],
];

type Place = { readonly index: number; readonly term: number; readonly run: Run };

/** Which commands are in one entry. */
type Run = { readonly first: number; readonly count: number };

class ClientWatch implements RunWatch {
  readonly hears = ["called", "returned", "posted", "lost"] as const;
  readonly #meet: (name: Name) => void;
  /** Where each command was committed first, by session and number. */
  readonly #committed = new Map<number, Map<number, Place>>();
  readonly #floors = new Map<number, number>();
  /** The proposals of operations that have not ended. */
  readonly #proposals = new Map<number, Proposal>();
  readonly #unknown = new Set<string>();
  #upTo = 0;
  #term = 0;
  #hasEnded = false;

  constructor(meet: (name: Name) => void) {
    this.#meet = meet;
  }

  onStep({ event, before, after, effects }: CoreStep, { env }: ActorView): void {
    if (after.role.type === "leader") this.#term = Math.max(this.#term, after.term);
    if (this.#hasEnded) {
      if (event.type === "snapshotTaken" && before.snapshot !== after.snapshot)
        this.#meet("clients.snapshotAfterEnd");
      if (effects.some(({ type }) => type === "installSnapshot"))
        this.#meet("clients.installedAfterEnd");
    }
    if (after.commit <= this.#upTo || before.role.type !== "leader") return;
    const { log } = env;
    const from = index(Math.max(this.#upTo + 1, log.firstIndex));
    // What a leader commits is in its log already; a follower may commit what the same step appends.
    const entries = log.slice(from, after.commit, Number.MAX_SAFE_INTEGER);
    this.#upTo = after.commit;
    for (const entry of entries) this.#onCommitted(entry as Entry<CommandBytes>);
  }

  onHappening(happening: Happening): void {
    switch (happening.type) {
      case "called":
        if (happening.proposal !== undefined)
          this.#proposals.set(happening.operation.id, happening.proposal);
        return;
      case "returned":
        return this.#onReturned(happening.operation.id, happening.outcome);
      case "posted":
        if (isClientAddress(happening.to)) this.#onAnswer(happening.bytes);
        return;
      case "lost":
        if (!isClientAddress(happening.from)) return;
        if (happening.reason === "mailbox full") this.#meet("clients.mailboxFull");
        if (happening.reason === "not running" || happening.reason === "unknown address")
          this.#meet("clients.noNode");
        return;
      default:
    }
  }

  #onCommitted(entry: Entry<CommandBytes>): void {
    if (entry.type !== "command") return;
    const commands = eachCommand(entry.command);
    const run = { first: commands[0]?.sequence ?? 0, count: commands.length };
    if (run.count > 1) this.#meet("clients.run");
    for (const command of commands)
      this.#onCommand({ index: entry.index, term: entry.term, run }, command);
  }

  #onCommand(place: Place, command: CommandInEntry): void {
    const { term, run } = place;
    const { client: session, sequence, floor } = command;
    const commands = this.#commandsOf(session);
    const known = commands.get(sequence);
    if (session !== clientOf(session)) this.#meet("clients.laterSession");
    if (known === undefined) commands.set(sequence, place);
    if (sequence === 0) {
      if (known !== undefined) this.#meet("clients.openedTwice");
      return;
    }
    if (known !== undefined) this.#meet("clients.committedTwice");
    if (known !== undefined && known.term < term) this.#meet("clients.committedInTwoTerms");
    if (known !== undefined) this.#onRepeat(known.run, run, known.term < term);
    const least = this.#floors.get(session) ?? 0;
    if (sequence < least) this.#meet("clients.belowFloor");
    if (floor > least) this.#floors.set(session, floor);
    if (this.#unknown.size > 0 && this.#unknown.has(`${clientOf(session)}/${sequence}`))
      this.#meet("clients.unknownDoneLater");
  }

  #onRepeat(before: Run, now: Run, isLater: boolean): void {
    const isSame = before.first === now.first && before.count === now.count;
    if (!isSame) this.#meet("clients.regrouped");
    if (isSame && now.count > 1 && isLater) this.#meet("clients.runInTwoTerms");
  }

  #onReturned(operation: number, outcome: Outcome<unknown>): void {
    const proposal = this.#proposals.get(operation);
    this.#proposals.delete(operation);
    if (outcome.type === "definitelyNot" || outcome.type === "unknown")
      for (const [type, text, name] of MARKS)
        if (outcome.type === type && outcome.reason.includes(text)) this.#meet(name);
    if (proposal === undefined) return;
    const place = this.#placeOf(proposal);
    if (outcome.type === "ok" && place !== undefined && place.term < this.#term)
      this.#meet("clients.answeredByOther");
    if (outcome.type !== "unknown") return;
    if (place !== undefined) this.#meet("clients.unknownDone");
    else this.#unknown.add(`${proposal.client}/${proposal.sequence}`);
  }

  #commandsOf(session: number): Map<number, Place> {
    let commands = this.#committed.get(session);
    if (commands === undefined) {
      commands = new Map();
      this.#committed.set(session, commands);
    }
    return commands;
  }

  /** Where an operation was committed, in whichever session of its client. */
  #placeOf({ client, sequence }: Proposal): Place | undefined {
    for (const [session, commands] of this.#committed)
      if (clientOf(session) === client && commands.has(sequence)) return commands.get(sequence);
    return undefined;
  }

  #onAnswer(bytes: Uint8Array): void {
    const parcel = openParcel(bytes);
    if (parcel?.type !== "answers") return;
    if (!parcel.ranges.some(hasExpired)) return;
    this.#hasEnded = true;
    this.#meet("clients.expired");
  }
}

/** Whether a command of a range was not applied because its session had ended. */
function hasExpired({ results }: AnswerRange): boolean {
  const reader = new ResultsReader(results);
  while (reader.next()) if (expiredIn(reader.result) !== undefined) return true;
  return false;
}
