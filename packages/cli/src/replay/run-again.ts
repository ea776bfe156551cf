import { durationText } from "../render/quantities.ts";
import type { Notes } from "../output/notes.ts";
import type { Reproduction, TokenSubject } from "./token-subject.ts";

/** Runs again what a token stands for; `notes` are told how far it is. Undefined when `signal` ended it. */
export async function runAgain(
  subject: TokenSubject,
  signal: AbortSignal,
  notes: Notes | undefined,
): Promise<Reproduction | undefined> {
  let nowMs = 0;
  const running = subject.reproduce({
    signal,
    onProgress({ now }) {
      nowMs = now;
    },
  });
  const told = (): string => `${durationText(nowMs)} of ${subject.about} ...`;
  return notes === undefined ? running : notes.during(told, running);
}
