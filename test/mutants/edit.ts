/** A replacement in a file. */
export type Edit = {
  /** The file, from the root of the repository. */
  readonly file: string;
  /** Text that stands there exactly once. */
  readonly find: string;
  /** What takes its place. Only its syntax must be right: what is built of it is not checked for types. */
  readonly replace: string;
};

/**
 * Makes a replacement in the text of its file.
 *
 * @throws Error when what is to be replaced does not stand there exactly once: the code has moved on, and the mutant must
 *   follow.
 */
export function edited(text: string, { file, find, replace }: Edit): string {
  const [before = "", ...behind] = text.split(find);
  const [after] = behind;
  if (after === undefined || behind.length > 1)
    throw new Error(`${file}: this stands there ${behind.length} times, not once: ${find}`);
  return before + replace + after;
}
