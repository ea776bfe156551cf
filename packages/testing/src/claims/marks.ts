import type { Mark } from "../history/history.ts";
import type { CoreStep, Happening, Observer } from "../engine/observer.ts";

/** Records which node led when and which fault was in force when, as marks in the history. */
export class Marks implements Observer {
  readonly #now: () => number;
  readonly #ended: Mark[] = [];
  readonly #leading = new Map<string, Mark>();
  readonly #faults = new Map<number, Mark>();

  /** @param now ms of the run. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** All marks so far, in the order of their beginnings. */
  get all(): readonly Mark[] {
    return [...this.#ended, ...this.#leading.values(), ...this.#faults.values()].toSorted(
      (one, other) => one.from - other.from,
    );
  }

  onStep({ node, before, after }: CoreStep): void {
    if (before.role.type === after.role.type && before.term === after.term) return;
    if (before.role.type === "leader") this.#end(this.#leading, node);
    if (after.role.type === "leader")
      this.#leading.set(node, { type: "leader", node, term: after.term, from: this.#now() });
  }

  onHappening(happening: Happening): void {
    if (happening.type === "ended") this.#end(this.#leading, happening.node);
    if (happening.type === "faultEnded") this.#end(this.#faults, happening.fault.id);
    if (happening.type !== "faultBegan") return;
    const { fault, nodes } = happening;
    const [node] = nodes;
    const one = node !== undefined && nodes.length === 1 ? { node } : {};
    const text = [fault.type, ...nodes].join(" ");
    this.#faults.set(fault.id, { type: "fault", text, from: this.#now(), ...one });
  }

  #end<Key>(marks: Map<Key, Mark>, key: Key): void {
    const mark = marks.get(key);
    if (mark === undefined) return;
    marks.delete(key);
    this.#ended.push({ ...mark, to: this.#now() });
  }
}
