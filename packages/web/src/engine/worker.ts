import { runAsked } from "@kontiki/cli/fork";
import type { Question, Told } from "./protocol.ts";

/** Runs simulations for the page, in a thread of their own: the core, the nodes and the checks are those of Node. */
addEventListener("message", ({ data }: MessageEvent<Question>) => void answer(data));

async function answer(question: Question): Promise<void> {
  try {
    const onProgress = ({ now }: { readonly now: number }): void => tell({ type: "progress", now });
    const recording = await runAsked(question, { onProgress });
    if (recording !== undefined) tell({ type: "done", recording });
  } catch (error) {
    tell({ type: "failed", text: error instanceof Error ? error.message : String(error) });
  }
}

function tell(told: Told): void {
  // In a worker there is no other window that this could be meant for.
  (postMessage as (message: Told) => void)(told);
}
