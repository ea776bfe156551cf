import type { AskedRun } from "@kontiki/cli/fork";
import type { Recording } from "@kontiki/cli/recording";

/** What a page asks of the worker: one run at a time. */
export type Question = AskedRun;

/** What the worker tells: how far the run is, in ms of its own time, and then how it ended. */
export type Told =
  | { readonly type: "progress"; readonly now: number }
  | { readonly type: "done"; readonly recording: Recording }
  | { readonly type: "failed"; readonly text: string };
