import type { Violation } from "../run/result.ts";
import type { StoryLine, StorySlice } from "../run/story.ts";
import type { Observer } from "../engine/observer.ts";
import { StoryRecorder } from "./story-recorder.ts";

/** What a story needs of a simulation. */
type Followed = { readonly now: number; readonly violations: readonly Violation[] };

/** Records the story of a simulation that is not created yet, from its start. */
export class SimulationStory {
  #recorder: StoryRecorder | undefined;

  /** Pass this as one of the `observers` of the simulation. */
  readonly observer = (simulation: Followed): Observer => {
    this.#recorder = new StoryRecorder(
      () => simulation.now,
      () => simulation.violations.length,
    );
    return this.#recorder;
  };

  /** The story so far, and the violations at the end. Empty when no simulation has this observer. */
  lines(violations: readonly Violation[] = []): readonly StoryLine[] {
    return this.#recorder?.story(violations) ?? [];
  }

  /** The lines that these violations depend on. */
  slice(violations: readonly Violation[] = []): StorySlice {
    return this.#recorder?.slice(violations) ?? { lines: [], of: 0, about: "" };
  }
}
