import type { NodeId } from "@kontiki/core";
import { spread } from "../../../../packages/actors/src/client/client-effect.ts";
import { Client, type ClientEffect } from "../../../../packages/actors/src/client/client.ts";
import type { Letter } from "../../../../packages/actors/src/node/letter.ts";
import { encodeCommand } from "../../../../packages/actors/src/sessions/command.ts";
import { outcomeOf } from "../../../../packages/actors/src/sessions/result.ts";
import { encodeParcel, type Parcel } from "../../../../packages/actors/src/mail/wire.ts";
import { CLIENT, NODES } from "../actors.ts";
import type { Findings } from "./findings.ts";

/** How long the client waits for an answer, in steps. */
export const ATTEMPT_MS = 50;

/** The client of the cluster: proposes commands without a deadline, and knows how each of them was answered. */
export class AskingClient {
  readonly #findings: Findings;
  /** Puts a letter into a mailbox; false when there is none. */
  readonly #deliver: (to: NodeId, letter: Letter) => boolean;
  readonly #client = new Client(CLIENT, NODES, { attemptMs: ATTEMPT_MS, backoffMs: 2 });
  readonly #proposed = new Map<number, string>();
  readonly #answered = new Map<string, unknown>();
  /** The time, in steps. */
  now = 0;

  constructor(findings: Findings, deliver: (to: NodeId, letter: Letter) => boolean) {
    this.#findings = findings;
    this.#deliver = deliver;
  }

  /** How many proposals have not ended. */
  get pending(): number {
    return this.#client.pending;
  }

  propose(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const text = `c${this.#proposed.size + 1}`;
      this.#proposed.set(this.#client.propose(encodeCommand(text), Infinity), text);
      // Runs of two, and commands alone.
      if (left % 2 === 1) this.#perform(this.#client.flush(this.now));
    }
  }

  tick(): void {
    this.#perform(this.#client.tick(this.now));
  }

  leaderIs(leader: NodeId): void {
    this.#perform(this.#client.leaderIs(leader, this.now));
  }

  nodeDied(node: NodeId): void {
    this.#client.nodeDied(node, this.now);
  }

  receive(parcel: Parcel): void {
    if (parcel.type === "refused") this.#findings.sometimes.refusals += 1;
    this.#perform(this.#client.receive(parcel, this.now) ?? []);
  }

  /** Each command was applied, and its answer is its place among those that a node has applied. */
  checkAnswers(applied: readonly string[]): void {
    for (const text of this.#proposed.values()) {
      const place = applied.indexOf(text) + 1;
      const answer = this.#answered.get(text) as { readonly value?: unknown } | undefined;
      if (place === 0) this.#findings.report("lost", `${text} was acknowledged and is in no state`);
      else if (answer?.value !== place)
        this.#findings.report("lost", `${text} was answered wrongly`);
    }
  }

  #perform(effects: readonly ClientEffect[]): void {
    for (const effect of spread(effects)) {
      if (effect.type === "send") this.#send(effect);
      else if (effect.type === "settle") this.#settle(effect);
      else throw new Error("this client reads nothing");
    }
  }

  #send({ to, parcel: id, commands }: ClientEffect & { readonly type: "send" }): void {
    const asking = { type: "propose", id, commands } as const;
    const bytes = encodeParcel(asking);
    const letter = { type: "mail", from: `client/${CLIENT}`, incarnation: 0, bytes } as const;
    if (!this.#deliver(to, letter))
      this.#perform(this.#client.undelivered(asking, false, this.now));
  }

  #settle({ sequence, end }: ClientEffect & { readonly type: "settle" }): void {
    const text = this.#proposed.get(sequence) ?? "nothing";
    this.#findings.sometimes.answers += 1;
    if (end.type === "answered") this.#answered.set(text, outcomeOf(end.result));
    else this.#findings.report("outcome", `${text} ended as ${end.type} before its deadline`);
  }
}
