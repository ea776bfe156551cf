import { checkArgument, checkOptions, rule } from "@kontiki/actors/node";
import { actionOf, type ExploredAction } from "./action.ts";
import { BOUND_OPTIONS, boundsOf, type BoundOptions, type Bounds } from "./bounds.ts";
import { Canonical, Layout } from "./canonical.ts";
import type { ExploredNode, ExploredPacket } from "./explored-node.ts";
import { Model } from "./cluster-model.ts";
import { Moves } from "./moves.ts";
import { keyOf } from "./relabel.ts";
import { Symmetry } from "./symbols.ts";

/** One transition of an explored run. */
export type ExploredTransition = {
  /** The action. */
  readonly action: ExploredAction;
  /** The sent messages that are now in flight. */
  readonly sent: readonly ExploredPacket[];
  /** The sent messages that are lost. */
  readonly lost: readonly ExploredPacket[];
  /** All nodes after the transition, in the order of their names. */
  readonly nodes: readonly ExploredNode[];
};

/** The parts of an exploration. */
export type Parts = {
  readonly model: Model;
  readonly layout: Layout;
  readonly canonical: Canonical;
  readonly moves: Moves;
  readonly start: Int32Array;
};

/** Makes the parts of an exploration. */
export function partsOf(bounds: Bounds, reduces: boolean): Parts {
  const symmetry = new Symmetry(bounds.names, reduces && isSymmetric(bounds));
  const model = new Model(bounds, symmetry);
  const layout = new Layout(bounds.names.length, bounds.inflight);
  const canonical = new Canonical(model, layout, symmetry);
  const start = new Int32Array(layout.words);
  start.set([...model.start, model.noHistory]);
  return { model, layout, canonical, moves: new Moves(model, layout), start };
}

/**
 * Whether a state and its renamings have equal futures. A removed leader asks one of its best-placed followers to take over,
 * the first of them in the order of the membership, so with changes, which a new disk needs too, they do not. A node that may be added differs from a
 * voter, and so do nodes that begin with different logs.
 */
function isSymmetric({ changes, wipes, logs, configs, names }: Bounds): boolean {
  if (changes + wipes + logs.length > 0) return false;
  return configs.every(({ voters }) => voters.length === names.length);
}

/** A run from the first state, one chosen move after another. */
export class Walk {
  readonly #parts: Parts;
  readonly transitions: ExploredTransition[] = [];
  /** The violation in the last transition. */
  broken: string | undefined;
  #state: Int32Array;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#state = Int32Array.from(parts.start);
  }

  /** Makes the first move that `isWanted` accepts. @returns false when there is none. */
  take(isWanted: () => boolean): boolean {
    const { moves } = this.#parts;
    let found:
      { readonly transition: ExploredTransition; readonly broken: string | undefined } | undefined;
    const next = new Int32Array(this.#state.length);
    moves.from(this.#state, () => {
      if (found !== undefined || !isWanted()) return;
      found = { transition: this.#transition(), broken: moves.broken };
      next.set(moves.state);
    });
    if (found === undefined) return false;
    this.transitions.push(found.transition);
    this.broken = found.broken;
    this.#state = next;
    return true;
  }

  #transition(): ExploredTransition {
    const { model, layout, moves } = this.#parts;
    const isLost = (place: number): boolean => (moves.lost >>> place) % 2 === 1;
    const packets = moves.sent.map((packet) => model.packets.valueOf(packet));
    return {
      action: actionOf(model, moves),
      sent: packets.filter((_packet, place) => !isLost(place)),
      lost: packets.filter((_packet, place) => isLost(place)),
      nodes: [...moves.state.subarray(0, layout.nodes)].map((id) => model.locals.valueOf(id)),
    };
  }
}

/** A repeated run. */
export type Replay = {
  /** The transition of each action. */
  readonly transitions: readonly ExploredTransition[];
  /** What the last transition violates; undefined when every property holds. */
  readonly broken: string | undefined;
};

const ACTIONS = rule("the actions of a counterexample", (value) => Array.isArray(value));

/**
 * Repeats the actions of a counterexample in order. It ends at the first transition that violates a property.
 *
 * @param options the bounds with which it was found.
 * @throws KontikiError for an invalid bound, and RangeError when an action is not possible at its position.
 */
export function replayPath(options: BoundOptions, actions: readonly ExploredAction[]): Replay {
  checkOptions("replayPath", BOUND_OPTIONS, options);
  checkArgument("replayPath", "actions", ACTIONS, actions);
  const parts = partsOf(boundsOf(options), false);
  const walk = new Walk(parts);
  for (const [at, action] of actions.entries()) {
    const wanted = keyOf(action);
    if (!walk.take(() => keyOf(actionOf(parts.model, parts.moves)) === wanted))
      throw new RangeError(
        `action ${at + 1}, ${action.type} at ${action.node}, is not possible at that point`,
      );
    if (walk.broken !== undefined) break;
  }
  return { transitions: walk.transitions, broken: walk.broken };
}
