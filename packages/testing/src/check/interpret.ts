import { checkArgument } from "@kontiki/actors/node";
import { ASKING } from "../history/event-operation.ts";
import { givenHistory } from "../history/given-history.ts";
import type { History, Operation } from "../history/history.ts";
import type { Reading } from "../history/reading.ts";
import { canonical } from "../history/value.ts";
import { valueProblem } from "../history/value-problem.ts";
import { finish, type Work } from "../slices.ts";
import { givenFileModel } from "./given-model.ts";
import { InterpretError, type FileModel, type Interpreted } from "./model.ts";
import { ModelError } from "./model-error.ts";

/** Operations between two pauses. */
const OPERATIONS_PER_TURN = 256;

/**
 * Translates the operations of a file to the inputs and outputs of a model. Operations keep their order. Each key is an
 * object, which is judged by itself.
 *
 * @throws InterpretError when the model does not know an operation; the message names the operation.
 * @throws ModelError when the model throws anything else.
 */
export function interpretHistory<State, Input, Output>(
  history: History,
  model: FileModel<State, Input, Output>,
): History<Input, Output> {
  checkArgument("interpretHistory", "history", givenHistory, history);
  checkArgument("interpretHistory", "model", givenFileModel, model);
  return finish(interpreted(history, model));
}

/** Like {@link interpretHistory}, as work that can be paused. */
export function interpreting<State, Input, Output>(
  history: History,
  model: FileModel<State, Input, Output>,
): Work<History<Input, Output>> {
  checkArgument("interpreting", "history", givenHistory, history);
  checkArgument("interpreting", "model", givenFileModel, model);
  return interpreted(history, model);
}

function* interpreted<State, Input, Output>(
  history: History,
  model: FileModel<State, Input, Output>,
): Work<History<Input, Output>> {
  checkValues(history.operations);
  if (model.partition === undefined) checkKeys(history.operations, model);
  const operations: Operation<Input, Output>[] = [];
  for (const operation of history.operations) {
    const { key } = operation.input;
    const one = interpretOne(operation, model, history.reading);
    operations.push(key === undefined ? one : { ...one, object: canonical(key) });
    if (operations.length % OPERATIONS_PER_TURN === 0) yield;
  }
  return { ...history, operations };
}

/** A program may give any object. One that has nothing to compare would equal every other one of its class. */
function checkValues(operations: readonly Operation[]): void {
  for (const operation of operations) {
    const { input } = operation;
    const problem =
      valueProblem(input.key, "its key") ??
      valueProblem(input.value, "its value") ??
      (operation.status === "ok" ? valueProblem(operation.output, "its output") : undefined);
    if (problem !== undefined) throw new InterpretError(`${placeOf(operation)}: ${problem}`);
  }
}

/** A model of one object cannot tell whether an operation without a key addresses all objects, or another one. */
function checkKeys(
  operations: readonly Operation[],
  { name }: Pick<FileModel<never, never, never>, "name">,
): void {
  const hasKey = (one: Operation): boolean => one.input.key !== undefined;
  const without = operations.find((one) => !hasKey(one));
  if (without === undefined || !operations.some(hasKey)) return;
  throw new InterpretError(
    `${placeOf(without)} has no key, but others have one, and each key is an object: give all a key or none, ` +
      `or give the model ${name} a partition function`,
  );
}

function interpretOne<State, Input, Output>(
  operation: Operation,
  model: FileModel<State, Input, Output>,
  reading: Reading | undefined,
): Operation<Input, Output> {
  const isUnknown = reading?.unknownReads === true && isReadOfNull(operation);
  const known = isUnknown ? withoutOutput(operation) : operation;
  const { input, output } = interpretCall(known, model, reading);
  if (operation.status !== "ok") return { ...operation, input };
  // The output of an operation that returned is undefined if it was not recorded: to a model, that is any output.
  if (isUnknown || output !== undefined) return { ...operation, input, output: output as Output };
  throw new InterpretError(
    `${placeOf(operation)}: the model ${model.name} does not interpret its output`,
  );
}

function isReadOfNull(operation: Operation): boolean {
  const { f } = operation.input;
  return ASKING.includes(f) && operation.status === "ok" && operation.output === null;
}

/** A model reads no output from an open operation. */
function withoutOutput({ process, call, input }: Operation): Operation {
  return { process, call, input, status: "open" };
}

function interpretCall<State, Input, Output>(
  operation: Operation,
  model: FileModel<State, Input, Output>,
  reading: Reading | undefined,
): Interpreted<Input, Output> {
  try {
    return model.interpret(operation, reading);
  } catch (error) {
    if (!(error instanceof InterpretError)) {
      const about = `interpret, for ${placeOf(operation)}`;
      throw new ModelError(model.name, about, error);
    }
    throw new InterpretError(`${placeOf(operation)}: ${error.message}`);
  }
}

function placeOf({ process, call, input }: Operation): string {
  return `operation ${JSON.stringify(input.f)} of process ${process} at ${call}`;
}
