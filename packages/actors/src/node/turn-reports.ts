import { sameMembership, TERM_ZERO } from "@kontiki/core";
import type { NodeActor } from "./node-actor.ts";
import type { NodePort } from "./node-port.ts";
import type { OutgoingMail, ToNode } from "../mail/protocol.ts";
import { sameStatus, type Condition, type RaftStatus } from "../mail/status.ts";
import type { DiskError } from "../storage/disk/disk.ts";
import type { MembershipInForce } from "./raft-status.ts";

/** The trouble of a log that was found damaged at an earlier start and is not repaired yet. */
const DAMAGED_BEFORE =
  "a part of its log is damaged: it does not stand for election until that is repaired";

/** Error codes of a disk without space. */
const FULL = ["ENOSPC", "EDQUOT"];

/** What a node posts to its supervisor: mail with each part of a turn, and what has changed since the last report. */
export class TurnReports {
  readonly #port: NodePort;
  /** Letters and bytes taken out of the mailbox since the last report. */
  #taken = { letters: 0, bytes: 0 };
  #malformed = 0;
  #status: RaftStatus | undefined;
  #membership: MembershipInForce | undefined;
  #trouble: string | undefined;
  #condition: Condition | undefined;

  constructor(port: NodePort) {
    this.#port = port;
  }

  /** Counts a letter that was taken out of the mailbox. */
  onTaken(letter: ToNode): void {
    if (letter.type !== "mail") return;
    this.#taken.letters += 1;
    this.#taken.bytes += letter.bytes.length;
  }

  /** Posts mail, if there is any: one post for all letters, as each post wakes a thread. */
  mail(actor: NodeActor, mail: readonly OutgoingMail[]): void {
    if (mail.length > 0) this.#post(actor, mail, undefined);
  }

  /** Posts answers, if there are any, with the status: a client that gets one may look at once at what was applied. */
  answers(actor: NodeActor, answers: readonly OutgoingMail[]): void {
    if (answers.length > 0) this.#post(actor, answers, actor.status());
  }

  /** Posts mail at the end of a turn, with the status, the membership and the trouble where they have changed. */
  endOfTurn(
    actor: NodeActor,
    mail: readonly OutgoingMail[],
    damage: string | undefined = DAMAGED_BEFORE,
  ): void {
    const status = actor.status();
    if (mail.length > 0 || this.#taken.letters > 0 || !sameStatus(this.#status, status))
      this.#post(actor, mail, status);
    this.#onMembership(actor.membership);
    const isRepairing = actor.state.horizon !== undefined;
    this.trouble(isRepairing ? damage : undefined, isRepairing ? "repairing" : undefined);
  }

  /** Posts refusals while the disk cannot be used. */
  refusals(refusals: readonly OutgoingMail[]): void {
    this.#post(undefined, refusals, this.#status);
  }

  /** Posts what is wrong with the disk or the log, in one line; undefined when that is over. */
  trouble(what: string | undefined, condition: Condition | undefined): void {
    if (what === this.#trouble && condition === this.#condition) return;
    this.#trouble = what;
    this.#condition = condition;
    const term = this.#status?.term ?? TERM_ZERO;
    this.#port.post({ type: "trouble", what, condition, term });
  }

  /** Posts that the disk cannot be used, and why. */
  diskTrouble({ message, code }: DiskError): void {
    this.trouble(message, FULL.includes(code) ? "disk full" : "disk failed");
  }

  /** Posts that the disk has failed. The node is dropped, so it neither leads nor follows a leader. */
  diskFailed(error: DiskError): void {
    this.#malformed = 0;
    if (this.#status !== undefined)
      this.#status = { ...this.#status, role: "follower", leader: undefined };
    this.diskTrouble(error);
    this.refusals([]);
  }

  /** Another membership can have the same index: an entry that was not committed can be replaced. */
  #onMembership(now: MembershipInForce): void {
    const last = this.#membership;
    const isSame =
      last?.index === now.index &&
      last.committed === now.committed &&
      sameMembership(last.membership, now.membership);
    if (isSame) return;
    this.#membership = now;
    this.#port.post({ type: "membership", ...now });
  }

  #post(
    actor: NodeActor | undefined,
    mail: readonly OutgoingMail[],
    status: RaftStatus | undefined,
  ): void {
    const malformed = (actor?.malformed ?? this.#malformed) - this.#malformed;
    this.#port.post({ type: "turn", mail, taken: this.#taken, malformed, raft: status });
    this.#status = status ?? this.#status;
    this.#malformed += malformed;
    this.#taken = { letters: 0, bytes: 0 };
  }
}
