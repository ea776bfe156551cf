/** A hint at the name that a misspelt one is most like; undefined when it is like none. */
export async function didYouMean(
  wrong: string,
  names: readonly string[],
): Promise<string | undefined> {
  const { nearest } = await import("@kontiki/actors/node");
  const near = nearest(wrong, names);
  return near === undefined ? undefined : `; did you mean "${near}"?`;
}
