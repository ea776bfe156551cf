import {
  checkCluster,
  checkState,
  checkStep,
  index,
  Leaders,
  MemoryLog,
  previousIndex,
  TERM_ZERO,
  type Config,
  type Entry,
  type Observed,
  type State,
} from "@kontiki/core";
import { OPENING } from "../../../../packages/actors/src/sessions/command.ts";
import type { NodeActor } from "../../../../packages/actors/src/node/node-actor.ts";
import type { CommandBytes } from "../../../../packages/actors/src/storage/storage.ts";
import { textOf } from "../actors.ts";
import type { Findings } from "./findings.ts";

/** A node as claims see it. */
export type Seen = Observed<string> & { readonly held: readonly Entry<CommandBytes>[] };

/** A life of a node, as claims follow it. */
export type Followed = {
  readonly actor: NodeActor;
  seen: Seen;
  /** Committed entries compared so far. */
  compared: number;
};

/** What must hold of each node after each step, and of all of them together (Figure 3). */
export class Claims {
  readonly #findings: Findings;
  readonly #leaders = new Leaders();
  readonly #committed: Entry<string>[] = [];
  readonly #texts = new Map<string, Entry<string>>();
  readonly #entries = new WeakMap<Entry<CommandBytes>, Entry<string>>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** How many commands of the client were committed, repeats included. */
  get committedProposals(): number {
    return this.#committed.filter(isProposal).length;
  }

  /** Begins to follow a node that was recovered. */
  follow(config: Config, actor: NodeActor): Followed {
    return { actor, seen: this.#observe(config, actor), compared: 0 };
  }

  /** A node has made a step. `all` are the nodes that run. */
  check(life: Followed, all: () => readonly Followed[]): void {
    const { actor, seen: before } = life;
    const after = this.#observe(before.env.config, actor, before);
    life.seen = after;
    const { state } = after;
    if (before.state === state && before.env.log === after.env.log) return;
    const found = [...checkState(after), ...checkStep(before, after)];
    found.push(...this.#leaders.observe(after));
    if (changed(before.state, state) || before.env.log !== after.env.log)
      found.push(...checkCluster(all().map(({ seen }) => seen)));
    for (const each of found) this.#findings.report("invariant", each);
    this.#compareCommitted(life);
  }

  /** What was once committed stays so, over crashes, terms and nodes (Figure 3, State Machine Safety). */
  #compareCommitted(life: Followed): void {
    const { log } = life.seen.env;
    life.compared = Math.max(life.compared, log.firstIndex - 1);
    for (const { commit } = life.seen.state; life.compared < commit; life.compared += 1) {
      const at = index(life.compared + 1);
      const [entry] = log.slice(at, at, 0);
      const known = this.#committed[life.compared];
      if (entry === undefined) throw new Error(`there is no entry ${at}`);
      if (known === undefined) this.#committed[life.compared] = entry;
      else if (known !== entry)
        this.#findings.report("committed", `the committed entry ${at} has changed`);
    }
  }

  /** Equal entries are identical, and so are equal logs: that makes comparing cheap. */
  #observe(config: Config, { log, state }: NodeActor, before?: Seen): Seen {
    const { firstIndex, lastIndex } = log;
    const held =
      lastIndex < firstIndex ? [] : log.slice(firstIndex, lastIndex, Number.MAX_SAFE_INTEGER);
    const same =
      firstIndex === before?.env.log.firstIndex &&
      held.length === before.held.length &&
      held.every((one, at) => one === before.held[at]);
    if (same) return { held, env: before.env, state };
    const entries = held.map((entry) => this.#entryOf(entry));
    const baseIndex = previousIndex(firstIndex);
    const base = { index: baseIndex, term: log.termAt(baseIndex) ?? TERM_ZERO };
    const copy = new MemoryLog<string>((text) => text.length, entries, base);
    return { held, env: { config, log: copy }, state };
  }

  #entryOf(entry: Entry<CommandBytes>): Entry<string> {
    const seen = this.#entries.get(entry);
    if (seen !== undefined) return seen;
    const text = textOf(entry);
    const { index: at, term } = entry;
    const fresh: Entry<string> =
      entry.type === "command" ? { type: "command", index: at, term, command: text } : entry;
    const known = this.#texts.get(text) ?? fresh;
    this.#texts.set(text, known);
    this.#entries.set(entry, known);
    return known;
  }
}

/** Whether an entry is a client's own, and does not only open its session. */
function isProposal(entry: Entry<string>): boolean {
  return entry.type === "command" && !entry.command.endsWith(`/${OPENING}`);
}

/** Whether something changed that claims about several nodes are about. */
function changed(before: State, after: State): boolean {
  if (before.term !== after.term || before.commit !== after.commit) return true;
  return before.role.type !== after.role.type;
}
