/** A renaming of nodes: the node at position `i` gets the name of the node at position `to[i]`. */
export type Permutation = { readonly to: readonly number[] };

/** All permutations of `count` positions, the identity first. */
export function permutationsOf(count: number): readonly Permutation[] {
  const extend = (taken: readonly number[]): readonly (readonly number[])[] => {
    if (taken.length === count) return [taken];
    const free = Array.from({ length: count }, (_none, at) => at).filter(
      (at) => !taken.includes(at),
    );
    return free.flatMap((at) => extend([...taken, at]));
  };
  return extend([]).map((to) => ({ to }));
}

/** The position in `all` of the permutation that applies `first` and then `second`. */
export function composed(
  all: readonly Permutation[],
  first: Permutation,
  second: Permutation,
): number {
  return all.findIndex(({ to }) => to.every((place, at) => place === second.to[first.to[at] ?? 0]));
}

/**
 * Copies plain data and renames all nodes in it, in values and in keys.
 *
 * No other text in the data may equal the name of a node. The voters of a membership are sorted: their order has no meaning.
 */
export function relabelled<T>(data: T, names: ReadonlyMap<string, string>): T {
  return relabelledPart(data, names) as T;
}

function relabelledPart(data: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof data === "string") return names.get(data) ?? data;
  if (Array.isArray(data)) return data.map((part: unknown) => relabelledPart(part, names));
  if (typeof data !== "object" || data === null || data instanceof Uint8Array) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, part]: [string, unknown]) => {
      const renamed = relabelledPart(part, names);
      return [names.get(key) ?? key, key === "voters" ? sorted(renamed) : renamed];
    }),
  );
}

function sorted(voters: unknown): unknown {
  const inOrder = (one: string, other: string): number => (one < other ? -1 : 1);
  return Array.isArray(voters) ? (voters as readonly string[]).toSorted(inOrder) : voters;
}

/** Texts in quotes, and keys in order: there are few different ones, and each is asked for millions of times. */
const QUOTED = new Map<string, string>();
const SORTED = new Map<string, readonly string[]>();

function quoted(text: string): string {
  const known = QUOTED.get(text);
  if (known !== undefined) return known;
  const made = JSON.stringify(text);
  QUOTED.set(text, made);
  return made;
}

function sortedKeys(data: object): readonly string[] {
  const keys = Object.keys(data);
  const all = keys.join();
  const known = SORTED.get(all);
  if (known !== undefined) return known;
  keys.sort();
  SORTED.set(all, keys);
  return keys;
}

/** A text that is the same for two values of plain data exactly when they are equal, in any order of keys. */
export function keyOf(data: unknown): string {
  if (typeof data === "number") return `${data}`;
  if (typeof data === "string") return quoted(data);
  if (typeof data !== "object" || data === null) return JSON.stringify(data) ?? "_";
  let text = "";
  if (Array.isArray(data)) {
    for (const part of data as readonly unknown[]) text += `${keyOf(part)},`;
    return `[${text}]`;
  }
  const fields = data as Readonly<Record<string, unknown>>;
  for (const key of sortedKeys(fields)) text += `${key}:${keyOf(fields[key])},`;
  return `{${text}}`;
}
