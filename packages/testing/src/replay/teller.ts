import type { CommandBytes } from "@kontiki/actors/node";
import type { Effect, State } from "@kontiki/core";
import type { Violation } from "../run/result.ts";
import type { StoryLine } from "../run/story.ts";
import type { CoreStep, Happening, Observer } from "../engine/observer.ts";
import { happeningWords, startWords } from "./happening-words.ts";
import { stepWords } from "./step-words.ts";

const ROLES: Readonly<Record<State["role"]["type"], string>> = {
  follower: "F",
  preCandidate: "P",
  candidate: "C",
  leader: "L",
};

/** Takes down a run as a story. */
export class Teller implements Observer {
  readonly #now: () => number;
  readonly #lines: StoryLine[] = [];
  readonly #last = new Map<string, number>();
  #nodes: Readonly<Record<string, string>> = {};

  /** Begins an empty story. @param now ms of the run. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** All that was worth a line so far, and at the end what is wrong with it. */
  story(violations: readonly Violation[] = []): readonly StoryLine[] {
    return [
      ...this.#lines,
      ...violations.map(({ check, text, at }) => ({
        at,
        node: "",
        what: `VIOLATED ${check}: ${text}`,
        nodes: this.#nodes,
      })),
    ];
  }

  /** See {@link Observer}. */
  onStep(step: CoreStep): void {
    const { node, after, effects } = step;
    for (const effect of effects)
      this.#last.set(node, lastAfter(effect, this.#last.get(node) ?? 0));
    this.#stands(node, after.role.type, after.term, after.commit);
    const words = stepWords(step);
    if (words !== undefined) this.#tell(node, words);
  }

  /** See {@link Observer}. */
  onHappening(happening: Happening): void {
    if (happening.type === "started") {
      this.#started(happening);
      return;
    }
    const node = "node" in happening ? happening.node : "";
    if (happening.type === "ended" || happening.type === "refused")
      this.#nodes = { ...this.#nodes, [node]: "down" };
    const words = happeningWords(happening);
    if (words !== undefined) this.#tell(node, words);
  }

  /** That all nodes start with empty disks goes without saying. */
  #started({ node, recovered }: Happening & { readonly type: "started" }): void {
    const isFirst = this.#nodes[node] === undefined;
    const { hard, base, entries, snapshot } = recovered;
    this.#last.set(node, entries.at(-1)?.index ?? base.index);
    this.#stands(node, "follower", hard.term, snapshot?.index ?? 0);
    if (!isFirst || hard.term > 0 || this.#now() > 0) this.#tell(node, startWords(recovered));
  }

  #stands(node: string, role: State["role"]["type"], term: number, commit: number): void {
    const standing = `${ROLES[role]}${term} ${commit}/${this.#last.get(node) ?? 0}`;
    if (this.#nodes[node] !== standing) this.#nodes = { ...this.#nodes, [node]: standing };
  }

  #tell(node: string, what: string): void {
    this.#lines.push({ at: this.#now(), node, what, nodes: this.#nodes });
  }
}

/** The last index of a log, once this is done to it. */
function lastAfter(effect: Effect<CommandBytes>, last: number): number {
  switch (effect.type) {
    case "appendLog":
      return effect.entries.at(-1)?.index ?? last;
    case "truncateLog":
      return effect.after;
    case "installSnapshot":
      return effect.snapshot.index;
    default:
      return last;
  }
}
