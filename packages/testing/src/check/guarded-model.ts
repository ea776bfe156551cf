import { canonical, type Value } from "../history/value.ts";
import { InterpretError, type Distinctions, type Model } from "./model.ts";
import {
  checkedInitial,
  checkedKey,
  checkedPart,
  checkedState,
  checkedText,
} from "./checked-results.ts";
import { callModel, ModelError, operationText, stateText, WrongResult } from "./model-error.ts";
import { isSteady } from "./steady.ts";

/**
 * The same model, but its errors name the operation and the state, and it begins with `initial` if that is given.
 *
 * @throws InterpretError when the model cannot begin with that value.
 */
export function guardedModel<State, Input, Output>(
  model: Model<State, Input, Output>,
  initial?: Value,
): Model<State, Input, Output> {
  const { name } = model;
  // The search asks for the key of a state right after the step that led to it.
  let last: readonly [state: State, input: Input, output: Output | undefined] | undefined;
  const stepText = (state: State, input: Input, output: Output | undefined): string =>
    `${operationText(model, input, output)} in the state ${stateText(model, state)}`;
  return {
    name,
    init: initial === undefined ? model.init : startingWith(model, initial),
    step(state, input, output) {
      last = [state, input, output];
      const isWatched = !isSteady(model) && typeof state === "object" && state !== null;
      try {
        const before = isWatched ? model.key(state) : undefined;
        const after = checkedState(model.step(state, input, output), model.init);
        if (isWatched && model.key(state) !== before)
          throw new WrongResult(
            "a changed state: a step returns a new state, and leaves the old one as it is",
          );
        return after;
      } catch (error) {
        throw new ModelError(name, `step, for ${stepText(state, input, output)}`, error);
      }
    },
    key(state) {
      try {
        return checkedKey(model.key(state));
      } catch (error) {
        const when = last === undefined ? "before any operation" : `after ${stepText(...last)}`;
        throw new ModelError(name, `key of the state ${stateText(model, state)}, ${when}`, error);
      }
    },
    describe(input, output) {
      const about = (): string => `describe, for ${operationText(model, input, output)}`;
      return callModel(model, about, () => checkedText(model.describe(input, output)));
    },
    describeState(state) {
      const about = (): string => `describeState, for ${stateText(model, state)}`;
      return callModel(model, about, () => checkedText(model.describeState(state)));
    },
    ...optionalParts(model),
  };
}

type Optional =
  "partition" | "readOnly" | "rank" | "same" | "overwrites" | "canWait" | "distinctions";

/** The functions that a model may leave out: the search asks whether it has them. */
function optionalParts<State, Input, Output>(
  model: Model<State, Input, Output>,
): Pick<Model<State, Input, Output>, Optional> {
  const guarded: { -readonly [name in Optional]?: Model<State, Input, Output>[name] } = {};
  if (model.partition !== undefined)
    guarded.partition = (input) =>
      callModel(
        model,
        () => `partition, for ${operationText(model, input, undefined)}`,
        () => checkedPart(model.partition?.(input) ?? ""),
      );
  if (model.readOnly !== undefined)
    guarded.readOnly = (input, output) =>
      callModel(
        model,
        () => `readOnly, for ${operationText(model, input, output)}`,
        () => model.readOnly?.(input, output) === true,
      );
  if (model.rank !== undefined)
    guarded.rank = (operations) =>
      callModel(
        model,
        () => `rank, for ${operations.length} operations`,
        () => model.rank?.(operations) ?? [],
      );
  if (model.distinctions !== undefined)
    guarded.distinctions = (operations) => {
      const about = (): string => `distinctions, for ${operations.length} operations`;
      const given = callModel(model, about, () => model.distinctions?.(operations));
      return given && guardedDistinctions(model, given);
    };
  return { ...guarded, ...hintsOf(model) };
}

function guardedDistinctions<State, Input>(
  model: Model<State, Input, never>,
  given: Distinctions<State, Input>,
): Distinctions<State, Input> {
  return {
    key: (state) =>
      callModel(
        model,
        () => `key of distinctions, for ${stateText(model, state)}`,
        () => checkedKey(given.key(state)),
      ),
    effect: (input) =>
      callModel(
        model,
        () => `effect of distinctions, for ${operationText(model, input, undefined)}`,
        () => given.effect(input),
      ),
  };
}

/** The functions that tell the search how operations and states relate. */
function hintsOf<State, Input, Output>(
  model: Model<State, Input, Output>,
): Pick<Model<State, Input, Output>, Optional> {
  const { name } = model;
  const guarded: { -readonly [name in Optional]?: Model<State, Input, Output>[name] } = {};
  if (model.same !== undefined)
    guarded.same = (one, other) =>
      callModel(
        model,
        () => `same, for the states ${stateText(model, one)} and ${stateText(model, other)}`,
        () => model.same?.(one, other) === true,
      );
  if (model.overwrites !== undefined)
    guarded.overwrites = (input, output) =>
      callModel(
        model,
        () => `overwrites, for ${operationText(model, input, output)}`,
        () => model.overwrites?.(input, output) === true,
      );
  if (model.canWait !== undefined)
    guarded.canWait = (one, other, state) => {
      // Called so often that even a function for each call would take time.
      try {
        return model.canWait?.(one, other, state) === true;
      } catch (error) {
        const texts = [one, other].map(({ input, output }) => operationText(model, input, output));
        const about = `canWait, for ${texts.join(" and ")} in the state ${stateText(model, state)}`;
        throw new ModelError(name, about, error);
      }
    };
  return guarded;
}

function startingWith<State>(model: Model<State, never, never>, initial: Value): State {
  const { name } = model;
  if (model.initial === undefined)
    throw new InterpretError(`the model ${name} takes no initial value`);
  try {
    return checkedInitial(model.initial(initial));
  } catch (error) {
    if (error instanceof InterpretError) throw error;
    throw new ModelError(name, `initial, for ${canonical(initial)}`, error);
  }
}
