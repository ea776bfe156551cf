import type { Operation } from "../history/history.ts";
import type { Work } from "../slices.ts";
import { Configurations } from "./configurations.ts";
import { Furthest, type DeadEnd } from "./dead-end.ts";
import { Frontier, stepsTo, type Exit, type FrontierNode } from "./frontier.ts";
import { Helpers } from "./helpers.ts";
import type { Model } from "./model.ts";
import { Position } from "./position.ts";

/** The progress of a search. */
export type SearchProgress = {
  /** The most operations that were placed at once. */
  readonly placed: number;
  /** Operations that must be placed. */
  readonly operations: number;
  /** Stored configurations. */
  readonly configurations: number;
  /** Calls of the model. */
  readonly steps: number;
};

/** The result of a search: an order, the reason why there is none, or too little memory. */
export type Found<State, Input, Output> =
  | { readonly type: "order"; readonly order: readonly Operation<Input, Output>[] }
  | { readonly type: "none"; readonly deadEnd: DeadEnd<State, Input, Output> }
  | { readonly type: "outOfMemory" };

/** Steps of the model between two checks of the clock. */
const STEPS_PER_TURN = 256;

/** Bytes per operation that a search uses from the start for its lists and its path. */
const OPERATION_BYTES = 240;

/** The memory in bytes that a search of this many operations uses from the start. */
export function memoryFor(operations: number): number {
  return OPERATION_BYTES * operations;
}

/**
 * What the search tries at a level, in this order. A spare target is dropped early or late: it is placed first if the model
 * has a guess when. From `HELPER` on: the helpers one by one, then the frontier.
 */
const DROP_EARLY = 0;
const GUESS = 1;
const TARGET = 2;
const DROP_LATE = 3;
const HELPER = 4;

/**
 * Searches a linearization of the operations on one object: an order in which the model allows all outputs, and in which
 * no operation comes before one that returned before its call.
 *
 * This is Lowe's just-in-time linearization with a memory of configurations ("Testing for linearizability", 2017). The
 * search goes from return to return. At each level, the operation that returns next is the target: it must be placed now,
 * after as few others as possible, because all others can come later. The search first places the target itself, then
 * tries each single helper before it, then all sets of helpers, small ones first. If the model has a guess of the order,
 * it tries that before. Five things make this fast, and none of them can change the result:
 *
 * - it places a read-only operation as soon as it is legal: if any order continues from here, one exists that begins with
 *   this operation, because removing it from its later position changes nothing;
 * - only operations that can matter to the target are its {@link Helpers};
 * - operations that overwrite the state take each other along, see {@link Position};
 * - it uses only the earliest of equal open operations, and none that leaves the state unchanged;
 * - it skips a configuration that a visited one covers.
 *
 * It clears `configurations` and uses it, so several searches can share one object, one after another.
 */
export class Search<State, Input, Output> {
  readonly #memoryBytes: number;
  readonly #configurations: Configurations;
  readonly #position: Position<State, Input, Output>;
  readonly #helpers: Helpers<State, Input, Output>;
  readonly #furthest = new Furthest();
  /** Configurations that were visited only to find places of a spare operation. */
  readonly #partial = new Configurations();
  /** The length of the path at each level, and what to try there next. */
  readonly #roots: Int32Array;
  readonly #stages: Int32Array;
  /** The frontiers of the levels where all else was tried. */
  readonly #frontiers = new Map<number, Frontier>();
  #level = -1;
  /** The helpers at the last level that needed them. */
  #known: { readonly level: number; readonly helpers: readonly number[] } | undefined;
  #nodes = 0;
  #mostPlaced = 0;

  /**
   * Prepares a search of operations in the order of their calls, none of them failed. `memoryBytes` bounds what it uses
   * beyond {@link memoryFor}.
   */
  constructor(
    model: Model<State, Input, Output>,
    operations: readonly Operation<Input, Output>[],
    memoryBytes: number,
    configurations: Configurations,
  ) {
    this.#memoryBytes = memoryBytes;
    this.#configurations = configurations;
    this.#configurations.clear();
    this.#position = new Position(model, operations);
    this.#helpers = new Helpers(model, this.#position);
    // A guess can be an open operation. All other steps from level to level take a returned one off the timeline.
    this.#roots = new Int32Array(operations.length + 1);
    this.#stages = new Int32Array(operations.length + 1);
  }

  /** Runs the search. Yields every few hundred steps. */
  *run(): Work<Found<State, Input, Output>, SearchProgress> {
    const position = this.#position;
    let turn = STEPS_PER_TURN;
    this.#arrive();
    while (this.#level >= 0) {
      if (position.isComplete)
        return { type: "order", order: position.orderOf(position.path.codes) };
      if (this.#bytes > this.#memoryBytes) return { type: "outOfMemory" };
      if (position.steps >= turn) {
        turn = position.steps + STEPS_PER_TURN;
        yield this.progress;
      }
      this.#tryNext();
    }
    return { type: "none", deadEnd: this.#furthest.explain(position) };
  }

  /** The progress so far. */
  get progress(): SearchProgress {
    return {
      placed: this.#mostPlaced,
      operations: this.#position.returned.length,
      configurations: this.#configurations.size + this.#partial.size,
      steps: this.#position.steps,
    };
  }

  get #bytes(): number {
    const visited = this.#configurations.bytes + this.#partial.bytes;
    return visited + this.#position.states.bytes + Frontier.NODE_BYTES * this.#nodes;
  }

  /** Tries the next thing at the current level. It leads to the next level, nowhere, or back to the level before. */
  #tryNext(): void {
    const position = this.#position;
    position.rewind(this.#roots[this.#level] ?? 0);
    const { target } = position;
    const stage = this.#stages[this.#level] ?? 0;
    this.#stages[this.#level] = stage + 1;
    const isGuessed = position.hints.isGuessed(target);
    if (stage === DROP_EARLY || stage === DROP_LATE) {
      const isTime = isGuessed === (stage === DROP_LATE);
      if (isTime && position.spare.has(target)) this.#drop(target);
    } else if (stage === GUESS) {
      if (isGuessed && this.#placeGuess(target)) this.#arrive();
    } else if (stage === TARGET) {
      if (position.place(target)) this.#arrive();
    } else {
      // An operation that overwrites the state needs no helper.
      const helpers = position.hints.overwrites(target) ? [] : this.#helpersHere(target);
      const helper = helpers[stage - HELPER];
      if (helper === undefined) this.#widen(target);
      else if (this.#placeWith(helper, target)) this.#arrive();
    }
  }

  /** Settles at a new configuration. It becomes a level, unless a visited one covers it. */
  #arrive(): void {
    this.#position.settle();
    if (this.#visit(this.#configurations)) this.#push();
  }

  /** Records the configuration, and how far it is. */
  #visit(visited: Configurations): boolean {
    const position = this.#position;
    this.#mostPlaced = Math.max(this.#mostPlaced, position.placed.size);
    if (!position.visit(visited)) return false;
    this.#note();
    return true;
  }

  #note(): void {
    const position = this.#position;
    if (!position.isComplete && !position.spare.has(position.target)) this.#furthest.note(position);
  }

  #push(): void {
    this.#level += 1;
    if (this.#known?.level === this.#level) this.#known = undefined;
    this.#roots[this.#level] = this.#position.path.length;
    this.#stages[this.#level] = 0;
  }

  /**
   * Drops a spare target. That is no new configuration: what can still be done was possible before, and nothing is gained.
   * So it must not be compared with the one that it came from, which would cover it.
   */
  #drop(target: number): void {
    const position = this.#position;
    position.drop(target);
    const { length } = position.path;
    position.settle();
    if (position.path.length > length && !this.#visit(this.#configurations)) return;
    this.#note();
    this.#push();
  }

  /** Places the operation that the model guesses to be next, if it is not the target. */
  #placeGuess(target: number): boolean {
    const { ranks } = this.#position.hints;
    const isEarlier = (code: number): boolean => (ranks[code] ?? 0) < (ranks[target] ?? 0);
    return this.#helpersHere(target)
      .filter(isEarlier)
      .some((code) => this.#position.place(code));
  }

  /** Places the target right after a helper, if that is possible. */
  #placeWith(helper: number, target: number): boolean {
    const position = this.#position;
    if (!position.allows(target, helper) || !position.place(helper)) return false;
    position.settle();
    return !position.isLeft(target) || position.place(target);
  }

  /** The helpers at the root of the current level. */
  #helpersHere(target: number): readonly number[] {
    const level = this.#level;
    if (this.#known?.level !== level) this.#known = { level, helpers: this.#helpers.of(target) };
    return this.#known.helpers;
  }

  /** Takes the next exit of the level's frontier, or finds more exits. Goes back a level when there are none. */
  #widen(target: number): void {
    const frontier = this.#frontiers.get(this.#level) ?? new Frontier();
    this.#frontiers.set(this.#level, frontier);
    const exit = frontier.takeExit();
    if (exit !== undefined) return this.#leave(exit, target);
    const node = frontier.takeNode();
    if (node !== undefined) return this.#expand(frontier, node, target);
    this.#frontiers.delete(this.#level);
    this.#nodes -= frontier.size - 1;
    this.#level -= 1;
  }

  #leave({ node, isDone }: Exit, target: number): void {
    this.#goTo(node);
    if (isDone) this.#push();
    else if (this.#position.place(target)) this.#arrive();
  }

  /**
   * Tries each helper at a node. What it leads to is a new node, with an exit where the target can be placed.
   *
   * A helper is idle if it did not have to be placed, and no read-only operation was placed after it. Whatever overwrites
   * its state next could have come instead of it, so an idle helper is of use only to operations that build on its state.
   *
   * A spare target could also be dropped at each node, but a helper before that can come later just as well. So these nodes
   * are not tried in full, and a record of their own keeps them from covering others.
   */
  #expand(frontier: Frontier, parent: FrontierNode, target: number): void {
    const position = this.#position;
    this.#goTo(parent);
    const { length } = position.path;
    const visited = position.spare.has(target) ? this.#partial : this.#configurations;
    const helpers = this.#helpers.of(target);
    const canBuild = helpers.some((code) => !position.hints.overwrites(code));
    for (const code of helpers) {
      if (parent.isIdle && position.hints.overwrites(code)) continue;
      position.rewind(length);
      if (!position.place(code)) continue;
      position.settle();
      const mustPlace = code < position.returned.length && !position.hints.overwrites(code);
      const isIdle = !mustPlace && position.path.length === length + 1;
      const isDone = !position.isLeft(target);
      const isExit =
        isDone || (!(isIdle && position.hints.overwrites(target)) && position.allows(target));
      if ((isIdle && !canBuild && !isExit) || !this.#visit(visited)) continue;
      const node = { parent, code, isIdle };
      if (isExit) frontier.addExit({ node, isDone });
      if (isDone) continue;
      frontier.add(node);
      this.#nodes += 1;
    }
  }

  /** Goes from the root of the level to a node. */
  #goTo(node: FrontierNode): void {
    this.#position.rewind(this.#roots[this.#level] ?? 0);
    for (const code of stepsTo(node)) {
      this.#position.repeat(code);
      this.#position.settle();
    }
  }
}
