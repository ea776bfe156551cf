import type { NaiveBounds } from "./bounds.ts";
import { Run } from "./run.ts";

/**
 * Counts the states of a small cluster in the simplest way: it makes every transition from every state and stores each state as
 * text. It shares only the core with the explorer.
 */
export function countStates(bounds: NaiveBounds): number {
  const first = Run.from(bounds);
  const seen = new Set([first.text]);
  const runs = [first];
  for (const run of runs) {
    for (const next of run.choices.flatMap((choice) => run.after(choice))) {
      const { text } = next;
      if (seen.has(text)) continue;
      seen.add(text);
      runs.push(next);
    }
  }
  return seen.size;
}
