import type { Recording } from "@kontiki/cli/recording";
import type { Question, Told } from "../engine/protocol.ts";
import { unpacked } from "./source.ts";

/** Whether the page has a simulation in it. */
export function hasEngine(): boolean {
  return textOfEngine() !== "";
}

/**
 * Runs a simulation in a worker.
 *
 * @param onProgress called with the time that the run has reached, in ms.
 * @throws Error that says why it cannot be run
 */
export async function runInWorker(
  question: Question,
  onProgress: (ms: number) => void,
): Promise<Recording> {
  const script = await unpacked(textOfEngine()).blob();
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(url);
  try {
    return await new Promise((resolve, reject) => {
      worker.addEventListener("error", ({ message }) => reject(new Error(message)));
      worker.addEventListener("message", ({ data }: MessageEvent<Told>) => {
        if (data.type === "progress") onProgress(data.now);
        else if (data.type === "done") resolve(data.recording);
        else reject(new Error(data.text));
      });
      worker.postMessage(question);
    });
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}

function textOfEngine(): string {
  return document.querySelector("#engine")?.textContent?.trim() ?? "";
}
