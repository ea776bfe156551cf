/** A model declares an operation read-only, but the operation changed a state. The model cannot be trusted. */
export class ReadOnlyError extends Error {
  /** The name of this kind of error. */
  override readonly name = "ReadOnlyError";

  /** Takes the name of the model. */
  constructor(model: string) {
    super(`the model ${model} declares an operation readOnly that changes a state`);
  }
}

/** A model declares that an operation overwrites every state, but it depended on the state. */
export class OverwritesError extends Error {
  /** The name of this kind of error. */
  override readonly name = "OverwritesError";

  /** Takes the name of the model. */
  constructor(model: string) {
    super(
      `the model ${model} declares that an operation overwrites every state, but its result depends on the state`,
    );
  }
}
