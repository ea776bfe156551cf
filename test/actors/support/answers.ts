/** Answers to clients as pairs of sequence numbers and results, and back. */
import {
  AnswerPacker,
  ResultsReader,
  type AnswerRange,
} from "../../../packages/actors/src/sessions/packed-results.ts";

/** These results of commands, packed in this order. */
export function answers(
  sequences: readonly number[],
  results: readonly Uint8Array[],
): readonly AnswerRange[] {
  const packer = new AnswerPacker();
  for (const [at, sequence] of sequences.entries())
    packer.add(sequence, results[at] ?? new Uint8Array(0));
  return packer.end();
}

/** Each command of these ranges with its result, in order. */
export function answersIn(ranges: readonly AnswerRange[]): (readonly [number, Uint8Array])[] {
  return ranges.flatMap(({ first, results }) => {
    const reader = new ResultsReader(results);
    const pairs: (readonly [number, Uint8Array])[] = [];
    while (reader.next()) pairs.push([first + pairs.length, reader.result]);
    return pairs;
  });
}
