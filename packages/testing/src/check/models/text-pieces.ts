/** The pieces that a text was made of: a written one, then appended ones. */
export type Pieces = {
  /** The written one; empty when there was none. */
  readonly base: string;
  /** The length of the text after each appended piece. */
  readonly ends: ReadonlyMap<string, number>;
};

/** Above this many places in a text, taking it apart costs more than it gains. */
const PLACES_MAX = 4_000_000;

/** Takes a text apart: with the longest written piece with which that is possible. Without pieces if it is not. */
export function piecesOf(
  text: string,
  written: ReadonlySet<string>,
  appended: ReadonlySet<string>,
): Pieces {
  const lengths = [...new Set(Array.from(appended, (piece) => piece.length))]
    .filter((length) => length > 0)
    .sort((one, other) => other - one);
  const nothing = { base: written.has(text) ? text : "", ends: new Map<string, number>() };
  if (text.length * lengths.length > PLACES_MAX) return nothing;
  const next = stepsThrough(text, appended, lengths);
  for (let length = text.length; length >= 0; length -= 1) {
    if (next[length] === IMPOSSIBLE) continue;
    const base = text.slice(0, length);
    if (length > 0 && !written.has(base)) continue;
    const ends = new Map<string, number>();
    for (let at = length; at < text.length;) {
      const end = at + (next[at] ?? text.length);
      const piece = text.slice(at, end);
      if (!ends.has(piece)) ends.set(piece, end);
      at = end;
    }
    return { base, ends };
  }
  return nothing;
}

const IMPOSSIBLE = -1;

/** At each place, the length of the piece that comes next if the rest of the text can be made of pieces. */
function stepsThrough(
  text: string,
  pieces: ReadonlySet<string>,
  lengths: readonly number[],
): Int32Array {
  const next = new Int32Array(text.length + 1).fill(IMPOSSIBLE);
  next[text.length] = 0;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const isNext = (length: number): boolean =>
      (next[at + length] ?? IMPOSSIBLE) !== IMPOSSIBLE && pieces.has(text.slice(at, at + length));
    next[at] = lengths.find(isNext) ?? IMPOSSIBLE;
  }
  return next;
}
