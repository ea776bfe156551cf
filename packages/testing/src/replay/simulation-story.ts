import type { Violation } from "../run/result.ts";
import type { MetSituation, StoryLine, StorySlice } from "../run/story.ts";
import type { Observer } from "../engine/observer.ts";
import { SOMETIMES } from "../sometimes/registry.ts";
import { SometimesWatch } from "../sometimes/sometimes-watch.ts";
import { StoryRecorder } from "./story-recorder.ts";

/** What a story needs of a simulation. */
type Followed = { readonly now: number; readonly violations: readonly Violation[] };

/** Records the story of a simulation that is not created yet, from its start. */
export class SimulationStory {
  readonly #met: MetSituation[] = [];
  #recorder: StoryRecorder | undefined;

  /** Pass this as one of the `observers` of the simulation. */
  readonly observer = (simulation: Followed): Observer => {
    const recorder = new StoryRecorder(
      () => simulation.now,
      () => simulation.violations.length,
    );
    const watch = new SometimesWatch((name) =>
      this.#met.push({ name, text: textOf(name), at: simulation.now }),
    );
    this.#recorder = recorder;
    return {
      onStep(step) {
        recorder.onStep(step);
        watch.onStep(step);
      },
      onHappening(happening) {
        recorder.onHappening(happening);
        watch.onHappening(happening);
      },
    };
  };

  /** The situations that the run met, in the order in which it met them. */
  get sometimes(): readonly MetSituation[] {
    return this.#met;
  }

  /** The story so far, and the violations at the end. Empty when no simulation has this observer. */
  lines(violations: readonly Violation[] = []): readonly StoryLine[] {
    return this.#recorder?.story(violations) ?? [];
  }

  /** The lines that these violations depend on. */
  slice(violations: readonly Violation[] = []): StorySlice {
    return this.#recorder?.slice(violations) ?? { lines: [], of: 0, about: "" };
  }
}

function textOf(name: string): string {
  return SOMETIMES.find((one) => one.name === name)?.text ?? "";
}
