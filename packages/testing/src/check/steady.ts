const known = new WeakSet<object>();

/** Marks a model of this package as one that never changes a state: its states need not be checked. */
export function steady<Model extends object>(model: Model): Model {
  known.add(model);
  return model;
}

/** Whether a model was marked. A copy of it with other functions is not. */
export function isSteady(model: object): boolean {
  return known.has(model);
}
