import { actionOf, type ExploredAction } from "./action.ts";
import { boundsOf, type BoundOptions, type Bounds } from "./bounds.ts";
import { Canonical, Layout } from "./canonical.ts";
import type { ExploredNode, ExploredPacket } from "./explored-node.ts";
import { Model } from "./model.ts";
import { Moves } from "./moves.ts";
import { keyOf } from "./relabel.ts";
import { Symmetry } from "./symbols.ts";

/** One transition of a run that was explored. */
export type ExploredTransition = {
  /** What happened. */
  readonly action: ExploredAction;
  /** Messages that are in flight from then on. */
  readonly sent: readonly ExploredPacket[];
  /** Messages that left and are lost. */
  readonly lost: readonly ExploredPacket[];
  /** All nodes after it, in the order of their names. */
  readonly nodes: readonly ExploredNode[];
};

/** What an exploration is made of. */
export type Parts = {
  readonly model: Model;
  readonly layout: Layout;
  readonly canonical: Canonical;
  readonly moves: Moves;
  readonly start: Int32Array;
};

/** Makes what an exploration is made of. */
export function partsOf(bounds: Bounds, reduces: boolean): Parts {
  const symmetry = new Symmetry(bounds.names, reduces);
  const model = new Model(bounds, symmetry);
  const layout = new Layout(bounds.names.length, bounds.inflight);
  const canonical = new Canonical(model, layout, symmetry);
  const start = new Int32Array(layout.words);
  start.set([...model.start, model.noHistory]);
  return { model, layout, canonical, moves: new Moves(model, layout), start };
}

/** A run from the first state on, one chosen move after the other. */
export class Walk {
  readonly #parts: Parts;
  readonly transitions: ExploredTransition[] = [];
  /** What was wrong with the last transition. */
  broken: string | undefined;
  #state: Int32Array;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#state = Int32Array.from(parts.start);
  }

  /** Makes the first move that is the wanted one. False when there is none. */
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

/** A run that was done again. */
export type Replay = {
  /** What came of each action. */
  readonly transitions: readonly ExploredTransition[];
  /** What the last transition broke, undefined when all of it holds. */
  readonly broken: string | undefined;
};

/**
 * Does the actions of a counterexample again, in order; it ends with the first transition that breaks something.
 *
 * @param options the bounds with which it was found.
 * @throws RangeError when an action is not possible in its place.
 */
export function replayPath(options: BoundOptions, actions: readonly ExploredAction[]): Replay {
  const parts = partsOf(boundsOf(options), false);
  const walk = new Walk(parts);
  for (const [at, action] of actions.entries()) {
    const wanted = keyOf(action);
    if (!walk.take(() => keyOf(actionOf(parts.model, parts.moves)) === wanted))
      throw new RangeError(
        `action ${at + 1}, ${action.type} at ${action.node}, is not possible then`,
      );
    if (walk.broken !== undefined) break;
  }
  return { transitions: walk.transitions, broken: walk.broken };
}
