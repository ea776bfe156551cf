import type { CommandBytes } from "@kontiki/actors/node";
import type { Effect, State } from "@kontiki/core";
import type { Violation } from "../run/result.ts";
import type { StoryLine, StorySlice } from "../run/story.ts";
import { CauseTrace, type Told } from "../causes/cause-trace.ts";
import { sliceOf } from "../causes/slice-of.ts";
import type { CoreStep, Happening, Observer } from "../engine/observer.ts";
import { describeHappening, describeStart } from "./describe-happening.ts";
import { describeStep } from "./describe-step.ts";

const ROLES: Readonly<Record<State["role"]["type"], string>> = {
  follower: "F",
  preCandidate: "P",
  candidate: "C",
  leader: "L",
};

/** Records a run as a story. */
export class StoryRecorder implements Observer {
  readonly #now: () => number;
  readonly #violated: () => number;
  readonly #trace = new CauseTrace();
  #violations = 0;
  readonly #lines: StoryLine[] = [];
  readonly #last = new Map<string, number>();
  #nodes: Readonly<Record<string, string>> = {};

  /** Starts an empty story. @param now the time of the run in ms. @param violated how many violations were found so far. */
  constructor(now: () => number, violated: () => number = () => 0) {
    this.#now = now;
    this.#violated = violated;
  }

  /** The lines so far, and the violations at the end. */
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

  /** The lines that these violations depend on. */
  slice(violations: readonly Violation[] = []): StorySlice {
    return sliceOf(this.story(violations), this.#trace, violations);
  }

  /** See {@link Observer}. */
  onStep(step: CoreStep): void {
    const { node, after, effects } = step;
    for (const effect of effects)
      this.#last.set(node, lastAfter(effect, this.#last.get(node) ?? 0));
    this.#setNode(node, after.role.type, after.term, after.commit);
    const text = describeStep(step);
    if (text !== undefined) this.#add(node, text);
    this.#trace.step(step, this.#told(text !== undefined));
  }

  /** See {@link Observer}. */
  onHappening(happening: Happening): void {
    const lines = this.#lines.length;
    this.#tell(happening);
    this.#trace.happening(happening, this.#told(this.#lines.length > lines));
  }

  #tell(happening: Happening): void {
    if (happening.type === "started") {
      this.#started(happening);
      return;
    }
    const node = "node" in happening ? happening.node : "";
    if (happening.type === "ended" || happening.type === "refused")
      this.#nodes = { ...this.#nodes, [node]: "down" };
    const text = describeHappening(happening);
    if (text !== undefined) this.#add(node, text);
  }

  /** Leaves out the first start of a node with an empty disk: every run begins with that. */
  #started({ node, recovered }: Happening & { readonly type: "started" }): void {
    const isFirst = this.#nodes[node] === undefined;
    const { hard, base, entries, snapshot } = recovered;
    this.#last.set(node, entries.at(-1)?.index ?? base.index);
    this.#setNode(node, "follower", hard.term, snapshot?.index ?? 0);
    if (!isFirst || hard.term > 0 || this.#now() > 0) this.#add(node, describeStart(recovered));
  }

  #setNode(node: string, role: State["role"]["type"], term: number, commit: number): void {
    const text = `${ROLES[role]}${term} ${commit}/${this.#last.get(node) ?? 0}`;
    if (this.#nodes[node] !== text) this.#nodes = { ...this.#nodes, [node]: text };
  }

  /** How the event that was just recorded is told, and whether a check failed at it. */
  #told(hasLine: boolean): Told {
    const violations = this.#violated();
    const isViolation = violations > this.#violations;
    this.#violations = violations;
    return { at: this.#now(), line: hasLine ? this.#lines.length - 1 : undefined, isViolation };
  }

  #add(node: string, what: string): void {
    this.#lines.push({ at: this.#now(), node, what, nodes: this.#nodes });
  }
}

/** The last index of a log after an effect. */
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
