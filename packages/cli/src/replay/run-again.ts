import { durationText } from "../render/quantities.ts";
import type { Notes } from "../output/notes.ts";
import type { Reproduction, TokenSubject } from "./token-subject.ts";

/** Runs a token's subject again, with its progress in `notes`. Undefined when `signal` is aborted first. */
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
  const progress = (): string => `${durationText(nowMs)} of ${subject.about} ...`;
  return notes === undefined ? running : notes.during(progress, running);
}
