import { textHash } from "./text-hash.ts";

/**
 * A set of texts that never changes: adding and removing make a new one, which shares all but a few nodes with the old one.
 * So a search can keep many large sets.
 *
 * It is a treap whose priorities are hashes of the texts (Seidel and Aragon, "Randomized search trees", 1996): equal sets
 * have the same shape, however they were made. `undefined` is the empty set.
 */
export type ValueSet = Node | undefined;

type Node = {
  readonly value: string;
  readonly priority: number;
  readonly left: ValueSet;
  readonly right: ValueSet;
  readonly size: number;
  /** The exclusive-or of the hashes of all texts: the same for equal sets, and rarely the same for others. */
  readonly hash: number;
};

/** Whether a text is in a set. */
export function hasValue(set: ValueSet, value: string): boolean {
  let node = set;
  while (node !== undefined && node.value !== value)
    node = value < node.value ? node.left : node.right;
  return node !== undefined;
}

/** The set with a text that is not in it. */
export function withValue(set: ValueSet, value: string): ValueSet {
  return inserted(set, value, textHash(value));
}

/** The set without a text that is in it. */
export function withoutValue(set: ValueSet, value: string): ValueSet {
  if (set === undefined) return undefined;
  const { left, right } = set;
  if (value === set.value) return joined(left, right);
  return value < set.value
    ? nodeOf(set.value, set.priority, withoutValue(left, value), right)
    : nodeOf(set.value, set.priority, left, withoutValue(right, value));
}

/** A number that equal sets share, and others rarely. */
export function setKey(set: ValueSet): number {
  return set === undefined ? 0 : (set.size % 2 ** 20) * 2 ** 32 + set.hash;
}

/** Whether two sets are equal. Skips the parts that they share. */
export function sameSet(one: ValueSet, other: ValueSet): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  if (one.hash !== other.hash || one.size !== other.size || one.value !== other.value) return false;
  return sameSet(one.left, other.left) && sameSet(one.right, other.right);
}

/** The texts of a set, sorted by their code units. */
export function valuesOf(set: ValueSet): readonly string[] {
  const values: string[] = [];
  const visit = (node: ValueSet): void => {
    if (node === undefined) return;
    visit(node.left);
    values.push(node.value);
    visit(node.right);
  };
  visit(set);
  return values;
}

function nodeOf(value: string, priority: number, left: ValueSet, right: ValueSet): Node {
  return {
    value,
    priority,
    left,
    right,
    size: 1 + (left?.size ?? 0) + (right?.size ?? 0),
    // A second hash: the first one decides the shape.
    hash: (textHash(value, 0x9e37_79b9) ^ (left?.hash ?? 0) ^ (right?.hash ?? 0)) >>> 0,
  };
}

function inserted(set: ValueSet, value: string, priority: number): Node {
  if (set === undefined) return nodeOf(value, priority, undefined, undefined);
  if (isAbove(priority, value, set)) {
    const [left, right] = split(set, value);
    return nodeOf(value, priority, left, right);
  }
  return value < set.value
    ? nodeOf(set.value, set.priority, inserted(set.left, value, priority), set.right)
    : nodeOf(set.value, set.priority, set.left, inserted(set.right, value, priority));
}

/** Whether a text belongs above a node. Equal priorities are ordered by their texts, so that the shape is certain. */
function isAbove(priority: number, value: string, node: Node): boolean {
  return priority > node.priority || (priority === node.priority && value < node.value);
}

/** The texts before and after one that is not in the set. */
function split(set: ValueSet, value: string): readonly [ValueSet, ValueSet] {
  if (set === undefined) return [undefined, undefined];
  if (value < set.value) {
    const [before, after] = split(set.left, value);
    return [before, nodeOf(set.value, set.priority, after, set.right)];
  }
  const [before, after] = split(set.right, value);
  return [nodeOf(set.value, set.priority, set.left, before), after];
}

/** One set of two, of which all texts of the first come before those of the second. */
function joined(left: ValueSet, right: ValueSet): ValueSet {
  if (left === undefined || right === undefined) return left ?? right;
  return isAbove(left.priority, left.value, right)
    ? nodeOf(left.value, left.priority, left.left, joined(left.right, right))
    : nodeOf(right.value, right.priority, joined(left, right.left), right.right);
}
