import type { Index, Term } from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";
import { PerNode, rowsOf, type RunPoints, type RunWatch, type Table } from "./run-point.ts";

type Name = "replication.cutAck" | "replication.oldQuestion";

const TABLE: Table<Name> = {
  "replication.cutAck": [
    "§5.4.2",
    "A leader got an acknowledgement of its earlier lead, for an entry that it has cut since.",
  ],
  "replication.oldQuestion": [
    "6.4",
    "A server got entries that its leader had sent in an earlier lead.",
  ],
};

/** Situations in which mail of an earlier lead of the same node arrives. They need what the node did in between. */
export const EARLIER_LEADS: RunPoints = {
  points: rowsOf(TABLE),
  watch: (meet) => new EarlierLeads(meet),
};

/** Entries after `after` were cut from a log, in this term. */
type Cut = { readonly after: Index; readonly term: Term };

class EarlierLeads implements RunWatch {
  readonly hears = [];
  readonly #meet: (name: Name) => void;
  readonly #cuts = new PerNode<Cut[]>(() => []);

  constructor(meet: (name: Name) => void) {
    this.#meet = meet;
  }

  onStep(step: CoreStep): void {
    const { event, before } = step;
    if (event.type !== "message") return;
    const { message, from } = event;
    if (message.type === "appendAccepted") {
      if (message.term < before.term && before.role.type === "leader") this.#onAck(step, message);
    } else if (message.type === "appendEntries") {
      const { term, role } = before;
      if (message.term >= term) this.#noteCut(step);
      else if (role.type === "follower" && role.leader === from)
        this.#meet("replication.oldQuestion");
    }
  }

  onHappening(): void {}

  #noteCut({ node, after: { term }, effects }: CoreStep): void {
    for (const effect of effects)
      if (effect.type === "truncateLog") this.#cuts.of(node).push({ after: effect.after, term });
  }

  #onAck(
    { node }: CoreStep,
    { term, match }: { readonly term: Term; readonly match: Index },
  ): void {
    const isCut = this.#cuts.of(node).some((cut) => cut.after < match && cut.term > term);
    if (isCut) this.#meet("replication.cutAck");
  }
}
