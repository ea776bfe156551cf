import { lifeAsSeen, type ActorLife } from "./life.ts";
import type { CrashDecision } from "./restarts.ts";
import { restartedWith, type RestartType, type Strategy } from "./strategy.ts";

/** A child, as far as its restarts are concerned. See `Child`. */
export type Restartable = {
  readonly name: string;
  readonly restartType: RestartType;
  readonly exactLife: ActorLife;
  readonly respawn: () => void;
  readonly recycle: (deadlineMs: number, cause: string) => void;
  readonly stop: (deadlineMs: number) => void;
};

/**
 * The children of one supervisor, in the order of their start, and which of them are restarted together.
 *
 * When one crashes that is restarted, the others that its strategy names are stopped at once, the last started first. After
 * the pause, all of them are started, the first started first, each when the one before it runs.
 */
export class Group<C extends Restartable> {
  readonly #strategy: Strategy;
  readonly #stopMs: number;
  readonly #children = new Map<string, C>();
  /** Those that are to be restarted together, in the order of their start. */
  #queue: readonly C[] = [];
  /** Whether the pause before that is over. */
  #isDue = false;

  /** @param stopMs how long a child may take to stop before it is killed. */
  constructor(strategy: Strategy, stopMs: number) {
    this.#strategy = strategy;
    this.#stopMs = stopMs;
  }

  get children(): readonly C[] {
    return [...this.#children.values()];
  }

  get(name: string): C | undefined {
    return this.#children.get(name);
  }

  add(child: C): void {
    this.#children.set(child.name, child);
  }

  remove({ name }: C): void {
    this.#children.delete(name);
  }

  /** A child has crashed, and is restarted later or given up: so are the others that its strategy names. */
  onCrashed(child: C, { giveUp, restartInMs }: CrashDecision): void {
    // What is never restarted takes no other with it.
    if (this.#strategy === "one-for-one" || child.restartType === "temporary") return;
    const members = restartedWith(this.#strategy, this.children, child);
    const others = members.filter((each) => each !== child);
    const queued = new Set(this.#queue);
    for (const each of members)
      if (restartInMs === undefined || each.restartType === "temporary") queued.delete(each);
      else queued.add(each);
    this.#queue = this.children.filter((each) => queued.has(each));
    this.#isDue = false;
    for (const each of [...others].toReversed()) this.#end(each, child.name, giveUp);
  }

  /** The pause before the restart of a child is over. */
  onRestartDue(child: C): void {
    if (this.#strategy === "one-for-one") return child.respawn();
    this.#isDue = true;
    this.advance();
  }

  /** Starts the next of those that are restarted together, if its time has come. To be called whenever a life has changed. */
  advance(): void {
    if (!this.#isDue || this.#queue.some(({ exactLife }) => exactLife.type === "recycling")) return;
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const { type } = lifeAsSeen(first.exactLife);
      if (type === "starting") return;
      if (type === "restarting") return first.respawn();
      this.#queue = this.#queue.slice(1);
    }
    this.#isDue = false;
  }

  #end(child: C, crashed: string, giveUp: string | undefined): void {
    const isRestarted = giveUp === undefined && child.restartType !== "temporary";
    if (isRestarted) child.recycle(this.#stopMs, `${crashed} has crashed`);
    else child.stop(this.#stopMs);
  }
}
