import { MAILBOX_DEFAULTS, Router, type Envelope, type FromNode } from "@kontiki/actors/node";
import type { NodeId } from "@kontiki/core";
import { remembersMail } from "../nemesis/network-faults.ts";
import { LetterEdits } from "./letter-edits.ts";
import { Obituaries } from "./obituaries.ts";
import { SimNetwork } from "./sim-network.ts";
import type { WorldParts } from "./world-parts.ts";

/** The mail of a cluster in virtual time: from the turn of a node into the network, and from there into a mailbox. */
export class WorldMail {
  readonly network: SimNetwork;
  readonly router: Router<NodeId>;
  readonly obituaries: Obituaries;
  readonly #parts: WorldParts;

  constructor(parts: WorldParts) {
    const { plan, timeline, chance, counters } = parts;
    this.#parts = parts;
    const letters = plan.scenario.cluster.limits?.mailboxLetters ?? MAILBOX_DEFAULTS.letters;
    this.router = new Router<NodeId>({ ...MAILBOX_DEFAULTS, letters }, () => {});
    this.obituaries = new Obituaries(parts, this.router);
    this.network = new SimNetwork({
      timeline,
      chance: chance.fork("network"),
      settings: plan.scenario.network,
      counters,
      remembers: remembersMail(plan.faults),
      edits: new LetterEdits(plan.edits),
      deliver: (letter) => this.#deliver(letter),
      onLost: ({ from, to, bytes }, reason) =>
        parts.onHappening({ type: "lost", from, to, reason, bytes }),
    });
  }

  /** Sends what a process of the node `id` posts. */
  post(id: NodeId, incarnation: number, message: FromNode): void {
    if (message.type === "trouble" && message.what !== undefined)
      this.obituaries.send(id, incarnation, { stage: message.term });
    if (message.type !== "turn") return;
    // Nothing changes the bytes of a letter: what a node cannot read was written wrongly.
    if (message.malformed > 0) this.#parts.onFailure(id, new Error("it cannot read a letter"));
    this.router.taken(id, message.taken.letters, message.taken.bytes);
    for (const { to, bytes } of message.mail) {
      this.#parts.onHappening({ type: "posted", from: id, to, bytes });
      this.network.send({ to, from: id, incarnation, bytes });
    }
  }

  #deliver(letter: Envelope): void {
    const { from, to, bytes } = letter;
    this.#parts.onHappening({ type: "delivered", from, to, bytes });
    const reason = this.router.route(letter);
    if (reason === undefined) return;
    this.#parts.onHappening({ type: "lost", from, to, reason, bytes });
    this.#parts.onUndeliverable(letter, reason === "mailbox full");
  }
}
