/** Damage of the files of stopped nodes, as a seed draws it. */

/** A source of numbers. */
export type Draw = {
  /** A whole number from 0 to below `bound`. */
  readonly below: (bound: number) => number;
};

/** A repeatable source of numbers (mulberry32). */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { below: (bound) => next() % bound };
}

/** The files of a node by name. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** One change of a file. */
export type Damage = {
  readonly node: number;
  readonly file: string;
} & (
  | { readonly type: "flip"; readonly at: number; readonly bit: number }
  /** Sectors that were never written, or that the device gives back as zeros. */
  | { readonly type: "zeros"; readonly at: number; readonly bytes: number }
  /** Sectors with the bytes of others. */
  | { readonly type: "garbage"; readonly at: number; readonly bytes: number; readonly seed: number }
  | { readonly type: "cut"; readonly at: number }
  | { readonly type: "missing" }
);

/** Draws damage: the nodes that it hits, what kind it is, and where. */
export function drawDamage(draw: Draw, nodes: readonly Files[]): readonly Damage[] {
  const hit = drawNodes(draw, nodes.length);
  const flips = 1 + draw.below(64);
  const ranges = 1 + draw.below(3);
  const style = draw.below(5);
  return hit.flatMap((node) => {
    const files = Object.entries(nodes[node] ?? {}).filter(([name]) => isDamaged(name));
    if (files.length === 0) return [];
    const count = style === 0 ? flips : style === 1 ? 1 + draw.below(3) : ranges;
    return Array.from({ length: count }, () => drawOne(draw, node, files, style));
  });
}

/** The sum of all damage, as text for people. */
export function textOfDamage(damage: readonly Damage[]): string {
  const counts = new Map<string, number>();
  for (const { node, type } of damage)
    counts.set(`n${node + 1} ${type}`, (counts.get(`n${node + 1} ${type}`) ?? 0) + 1);
  return [...counts].map(([what, count]) => `${what} x${count}`).join(", ");
}

/** Applies damage to the files of a node. */
export function damaged(files: Files, all: readonly Damage[]): Files {
  const changed = new Map(Object.entries(files));
  for (const one of all) {
    const bytes = changed.get(one.file);
    if (bytes === undefined) continue;
    if (one.type === "missing") changed.delete(one.file);
    else changed.set(one.file, changedBytes(bytes, one));
  }
  return Object.fromEntries(changed);
}

function isDamaged(name: string): boolean {
  return name.endsWith(".wal") || name.endsWith(".snapshot");
}

/** One node, two, or all: each equally likely. */
function drawNodes(draw: Draw, count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, node) => node);
  const left = [1, Math.min(2, count), count][draw.below(3)] ?? 1;
  while (all.length > left) all.splice(draw.below(all.length), 1);
  return all;
}

function drawOne(
  draw: Draw,
  node: number,
  files: readonly (readonly [string, Uint8Array])[],
  style: number,
): Damage {
  const [file, bytes] = drawFile(draw, files);
  const at = draw.below(Math.max(1, bytes.length));
  const length = 1 + draw.below(draw.below(4) === 0 ? 4096 : 600);
  switch (style) {
    case 0:
    case 1:
      return { node, file, type: "flip", at, bit: draw.below(8) };
    case 2:
      return { node, file, type: "zeros", at, bytes: length };
    case 3:
      return { node, file, type: "garbage", at, bytes: length, seed: draw.below(2 ** 31) };
    default:
      return draw.below(3) === 0
        ? { node, file, type: "missing" }
        : { node, file, type: "cut", at };
  }
}

/** A file, as likely as it is large. */
function drawFile(
  draw: Draw,
  files: readonly (readonly [string, Uint8Array])[],
): readonly [string, Uint8Array] {
  const total = files.reduce((sum, [, { length }]) => sum + length, 0);
  let rest = draw.below(Math.max(1, total));
  for (const file of files) {
    if (rest < file[1].length) return file;
    rest -= file[1].length;
  }
  return files[0] ?? ["", new Uint8Array()];
}

function changedBytes(
  bytes: Uint8Array,
  damage: Exclude<Damage, { readonly type: "missing" }>,
): Uint8Array {
  if (damage.type === "cut") return bytes.slice(0, damage.at);
  const changed = bytes.slice();
  if (damage.type === "flip") changed[damage.at] = (changed[damage.at] ?? 0) ^ (1 << damage.bit);
  else if (damage.type === "zeros") changed.fill(0, damage.at, damage.at + damage.bytes);
  else {
    const draw = drawFrom(damage.seed);
    for (let at = damage.at; at < Math.min(changed.length, damage.at + damage.bytes); at += 1)
      changed[at] = draw.below(256);
  }
  return changed;
}
