import { textHash } from "./text-hash.ts";

/**
 * A queue of texts that never changes: adding and taking make a new one, which shares most of the old one (two lists, one of
 * them reversed; Okasaki, "Purely functional data structures", 1998).
 */
export type ValueQueue = {
  /** The first texts, the first one on top. */
  readonly front: Cell | undefined;
  /** The last texts, the last one on top. */
  readonly back: Cell | undefined;
  readonly length: number;
  /**
   * A sum of hashes, each times a power of `FACTOR`, with the powers of the first and the next text. Dividing it by the first
   * power gives a hash that equal queues share, however they were made.
   */
  readonly sum: number;
  readonly firstPower: number;
  readonly firstInverse: number;
  readonly nextPower: number;
};

type Cell = { readonly value: string; readonly next: Cell | undefined };

/** An odd number, and its inverse modulo 2^32. */
const FACTOR = 0x0100_0193;
const INVERSE = 0x359c_449b;

/** The queue without texts. */
export const EMPTY_QUEUE: ValueQueue = {
  front: undefined,
  back: undefined,
  length: 0,
  sum: 0,
  firstPower: 1,
  firstInverse: 1,
  nextPower: 1,
};

/** The queue with one more text at its end. */
export function enqueued(queue: ValueQueue, value: string): ValueQueue {
  return {
    ...queue,
    back: { value, next: queue.back },
    length: queue.length + 1,
    sum: (queue.sum + Math.imul(textHash(value), queue.nextPower)) >>> 0,
    nextPower: Math.imul(queue.nextPower, FACTOR),
  };
}

/** The first text, and the queue without it; undefined for an empty queue. */
export function dequeued(
  queue: ValueQueue,
): { readonly value: string; readonly rest: ValueQueue } | undefined {
  const hasFront = queue.front !== undefined;
  const front = hasFront ? queue.front : reversed(queue.back);
  if (front === undefined) return undefined;
  const { value, next } = front;
  const rest = {
    ...queue,
    front: next,
    back: hasFront ? queue.back : undefined,
    length: queue.length - 1,
    sum: (queue.sum - Math.imul(textHash(value), queue.firstPower)) >>> 0,
    firstPower: Math.imul(queue.firstPower, FACTOR),
    firstInverse: Math.imul(queue.firstInverse, INVERSE),
  };
  return { value, rest };
}

/** A number that equal queues share, and others rarely. */
export function queueKey({ length, sum, firstInverse }: ValueQueue): number {
  return (length % 2 ** 20) * 2 ** 32 + (Math.imul(sum, firstInverse) >>> 0);
}

/** Whether two queues hold the same texts in the same order. */
export function sameQueue(one: ValueQueue, other: ValueQueue): boolean {
  if (one.length !== other.length) return false;
  if (one.front === other.front && one.back === other.back) return true;
  const [ours, theirs] = [valuesOfQueue(one), valuesOfQueue(other)];
  return ours.every((value, at) => value === theirs[at]);
}

/** The texts of a queue, the first one first. */
export function valuesOfQueue({ front, back }: ValueQueue): readonly string[] {
  return [...cells(front), ...cells(back).reverse()];
}

function cells(first: Cell | undefined): string[] {
  const values: string[] = [];
  for (let cell = first; cell !== undefined; cell = cell.next) values.push(cell.value);
  return values;
}

function reversed(first: Cell | undefined): Cell | undefined {
  let next: Cell | undefined;
  for (let cell = first; cell !== undefined; cell = cell.next) next = { value: cell.value, next };
  return next;
}
