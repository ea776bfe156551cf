import type { ChildHost, LifeReport } from "./child-host.ts";
import type { ActorLife, LifeEvent } from "./life.ts";
import type { Connected } from "../mailboxes/exchange.ts";
import type { CrashDecision, Restarts } from "./restarts.ts";
import { isRestarted } from "./strategy.ts";

const UNASKED = "the thread ended without being asked to";

/** The end of a thread that is gone. */
export type Exit = {
  /** The life in which it ended. */
  readonly life: ActorLife;
  /** Why it did not end by itself; undefined if it did. */
  readonly cause: string | undefined;
  /** What its end means beside that; undefined if nothing. */
  readonly besides: string | undefined;
  /** Whether a thread of the child was ever ready. */
  readonly hasBeenReady: boolean;
};

/** What the owner of the child has decided, and what it hears before the next life. */
type ExitHost = Pick<ChildHost<Connected>, "restart" | "givesUpFirst" | "onCrashed">;

/** A child, as far as it changes when a thread of it is gone. */
export type ExitedChild = {
  /** Gives it the life that follows. */
  readonly on: (event: LifeEvent) => void;
  readonly report: (report: LifeReport) => void;
};

/** What follows for a child when a thread of it is gone: its next life, what is reported, and whether it is restarted. */
export class AfterExit {
  readonly #host: ExitHost;
  readonly #restarts: Restarts;
  readonly #child: ExitedChild;

  constructor(host: ExitHost, restarts: Restarts, child: ExitedChild) {
    this.#host = host;
    this.#restarts = restarts;
    this.#child = child;
  }

  /** A thread is gone. */
  follow(exit: Exit): void {
    const { life, cause, besides } = exit;
    switch (life.type) {
      case "stopping":
        if (life.crash !== undefined) this.#onLastCrash(withMore(life.crash, besides));
        this.#child.on({ type: "stopped" });
        return this.#child.report({ type: "stopped" });
      case "recycling":
        this.#restarts.crashed();
        this.#child.on({ type: "crashed", cause: life.cause });
        return this.#child.report({ type: "recycled", cause: life.cause });
      case "unusable":
        this.#child.on({ type: "gaveUp", cause: life.why });
        return this.#child.report({ type: "failed", cause: life.why });
      default:
        if (this.#isCompletion(cause)) this.#onCompleted();
        else this.#onCrash(withMore(cause ?? UNASKED, besides), exit);
    }
  }

  #isCompletion(cause: string | undefined): boolean {
    return cause === undefined && !isRestarted(this.#host.restart, false);
  }

  #onCompleted(): void {
    this.#child.on({ type: "completed" });
    this.#child.report({ type: "completed" });
  }

  /** The child was asked to stop when it had crashed and its thread was not gone yet. */
  #onLastCrash(cause: string): void {
    this.#restarts.crashed();
    const crashes = this.#restarts.countCrash();
    this.#child.report({ type: "crashed", cause, asked: false, crashes, restartInMs: undefined });
  }

  /** The next life is set before the crash is reported: a listener may stop the child, or start it. */
  #onCrash(cause: string, { life, hasBeenReady }: Exit): void {
    const asked = life.type === "crashing";
    this.#restarts.crashed();
    const decision = this.#decide(cause, asked, hasBeenReady);
    const { crashes, restartInMs, giveUp } = decision;
    this.#host.onCrashed(decision);
    this.#child.on(
      giveUp === undefined ? { type: "crashed", cause } : { type: "gaveUp", cause: giveUp },
    );
    this.#child.report({ type: "crashed", cause, asked, crashes, restartInMs });
    if (giveUp !== undefined) this.#child.report({ type: "failed", cause: giveUp });
  }

  #decide(cause: string, asked: boolean, hasBeenReady: boolean): CrashDecision {
    const isFinal = this.#host.givesUpFirst && !hasBeenReady;
    if (isFinal || !isRestarted(this.#host.restart, true))
      return { crashes: asked ? 0 : 1, restartInMs: undefined, giveUp: cause };
    return this.#restarts.onCrash(cause, asked);
  }
}

function withMore(cause: string, besides: string | undefined): string {
  return besides === undefined ? cause : `${cause}; ${besides}`;
}
