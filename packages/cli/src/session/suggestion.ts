const LENGTH_MAX = 40;

/** A hint at the name that a misspelt one is most like; undefined when it is like none. */
export async function didYouMean(
  wrong: string,
  names: readonly string[],
): Promise<string | undefined> {
  // No name is that long, and a comparison takes as long as the word.
  if (wrong.length > LENGTH_MAX) return undefined;
  const { nearest } = await import("@kontiki/actors/node");
  const near = nearest(wrong, names);
  return near === undefined ? undefined : `; did you mean "${near}"?`;
}
