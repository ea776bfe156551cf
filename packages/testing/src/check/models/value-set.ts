import { textHash } from "./text-hash.ts";

/**
 * A set of texts that never changes: adding and removing make a new one, which shares all but a few nodes with the old one.
 * So a search can keep many large sets.
 *
 * It is a treap whose priorities are hashes of the texts (Seidel and Aragon, "Randomized search trees", 1996): equal sets
 * have the same shape, however they were made. `undefined` is the empty set.
 */
export type ValueSet = Node | undefined;

/** A set as one text, `{1, 2}`: much smaller, for a set that is only compared. A text that comes twice counts twice. */
export type SetText = { readonly text: string; readonly size: number; readonly hash: number };

type Node = {
  readonly value: string;
  readonly priority: number;
  /** The hash of the text itself. */
  readonly own: number;
  readonly left: ValueSet;
  readonly right: ValueSet;
  readonly size: number;
  /** The exclusive-or of the hashes of all texts: the same for equal sets, and rarely the same for others. */
  readonly hash: number;
};

/** The set of some texts. */
export function setOf(values: readonly string[]): ValueSet {
  return [...new Set(values)].reduce<ValueSet>(withValue, undefined);
}

/** Whether a text is in a set. */
export function hasValue(set: ValueSet, value: string): boolean {
  let node = set;
  while (node !== undefined && node.value !== value)
    node = value < node.value ? node.left : node.right;
  return node !== undefined;
}

/** The set with a text that is not in it. */
export function withValue(set: ValueSet, value: string): ValueSet {
  return inserted(set, { value, priority: textHash(value), own: contentHash(value) });
}

/** The set without a text that is in it. */
export function withoutValue(set: ValueSet, value: string): ValueSet {
  if (set === undefined) return undefined;
  const { left, right } = set;
  if (value === set.value) return joined(left, right);
  return value < set.value
    ? copied(set, withoutValue(left, value), right)
    : copied(set, left, withoutValue(right, value));
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

/** A set of canonical texts as one text. */
export function setText(values: readonly string[]): SetText {
  const sorted = values.toSorted((one, other) => (one < other ? -1 : 1));
  const hash = sorted.reduce((mix, value) => (mix ^ contentHash(value)) >>> 0, 0);
  return { text: `{${sorted.join(", ")}}`, size: sorted.length, hash };
}

/** Whether a set has this text. */
export function hasText(set: ValueSet, { text, size, hash }: SetText): boolean {
  if ((set?.size ?? 0) !== size || (set?.hash ?? 0) !== hash) return false;
  let end = 1;
  const follows = (node: ValueSet): boolean => {
    if (node === undefined) return true;
    if (!follows(node.left)) return false;
    if (end > 1) {
      if (!text.startsWith(", ", end)) return false;
      end += 2;
    }
    if (!text.startsWith(node.value, end)) return false;
    end += node.value.length;
    return follows(node.right);
  };
  return follows(set) && end === text.length - 1;
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

/** A text with other texts before and after it. */
function copied({ value, priority, own }: Top, left: ValueSet, right: ValueSet): Node {
  return {
    value,
    priority,
    own,
    left,
    right,
    size: 1 + (left?.size ?? 0) + (right?.size ?? 0),
    hash: (own ^ (left?.hash ?? 0) ^ (right?.hash ?? 0)) >>> 0,
  };
}

type Top = Pick<Node, "value" | "priority" | "own">;

/** A second hash of a text: the first one decides the shape. */
function contentHash(value: string): number {
  return textHash(value, 0x9e37_79b9);
}

function inserted(set: ValueSet, top: Top): Node {
  const { value } = top;
  if (set === undefined) return copied(top, undefined, undefined);
  if (isAbove(top, set)) {
    const [left, right] = split(set, value);
    return copied(top, left, right);
  }
  return value < set.value
    ? copied(set, inserted(set.left, top), set.right)
    : copied(set, set.left, inserted(set.right, top));
}

/** Whether a text belongs above a node. Equal priorities are ordered by their texts, so that the shape is certain. */
function isAbove(top: Top, node: Node): boolean {
  if (top.priority !== node.priority) return top.priority > node.priority;
  return top.value < node.value;
}

/** The texts before and after one that is not in the set. */
function split(set: ValueSet, value: string): readonly [ValueSet, ValueSet] {
  if (set === undefined) return [undefined, undefined];
  if (value < set.value) {
    const [before, after] = split(set.left, value);
    return [before, copied(set, after, set.right)];
  }
  const [before, after] = split(set.right, value);
  return [copied(set, set.left, before), after];
}

/** One set of two, of which all texts of the first come before those of the second. */
function joined(left: ValueSet, right: ValueSet): ValueSet {
  if (left === undefined || right === undefined) return left ?? right;
  return isAbove(left, right)
    ? copied(left, left.left, joined(left.right, right))
    : copied(right, joined(left, right.left), right.right);
}
