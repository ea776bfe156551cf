/** The project cannot be made where it should be. The message is one line: what is wrong, and what to do. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
