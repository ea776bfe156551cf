import type { Violation } from "../run/result.ts";
import type { StoryLine } from "../run/story.ts";
import type { Observer } from "../engine/observer.ts";
import { Teller } from "./teller.ts";

/** Has the story of a simulation told that is still to be made: from its first moment on. */
export class Telling {
  #teller: Teller | undefined;

  /** One of the `observers` that a simulation is made with. */
  readonly observer = (simulation: { readonly now: number }): Observer => {
    this.#teller = new Teller(() => simulation.now);
    return this.#teller;
  };

  /** What was told so far, and what is wrong with it; nothing of a simulation that was made without it. */
  story(violations: readonly Violation[] = []): readonly StoryLine[] {
    return this.#teller?.story(violations) ?? [];
  }
}
