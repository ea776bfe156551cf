/** A violation. The message is a sentence without a period. */
export class Broken extends Error {
  override readonly name = "Broken";
}
