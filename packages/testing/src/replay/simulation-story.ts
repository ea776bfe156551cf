import type { Violation } from "../run/result.ts";
import type { StoryLine } from "../run/story.ts";
import type { Observer } from "../engine/observer.ts";
import { StoryRecorder } from "./story-recorder.ts";

/** Records the story of a simulation that is not created yet, from its start. */
export class SimulationStory {
  #recorder: StoryRecorder | undefined;

  /** Pass this as one of the `observers` of the simulation. */
  readonly observer = (simulation: { readonly now: number }): Observer => {
    this.#recorder = new StoryRecorder(() => simulation.now);
    return this.#recorder;
  };

  /** The story so far, and the violations at the end. Empty when no simulation has this observer. */
  lines(violations: readonly Violation[] = []): readonly StoryLine[] {
    return this.#recorder?.story(violations) ?? [];
  }
}
