/** A replacement in a file. */
export type Edit = {
  /** The path of the file from the root of the repository. */
  readonly file: string;
  /** A text that appears exactly once in the file. */
  readonly find: string;
  /** The replacement. Only its syntax must be valid: the build does not check its types. */
  readonly replace: string;
};

/**
 * Applies an edit to the text of its file.
 *
 * @throws Error when the text to replace does not appear exactly once: the code has changed, and the mutant must follow.
 */
export function edited(text: string, { file, find, replace }: Edit): string {
  const [before = "", ...rest] = text.split(find);
  const [after] = rest;
  if (after === undefined || rest.length > 1)
    throw new Error(`${file}: this text appears ${rest.length} times instead of once: ${find}`);
  return before + replace + after;
}
