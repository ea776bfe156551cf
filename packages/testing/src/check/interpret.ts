import type { History, Operation } from "../history/history.ts";
import { InterpretError, type FileModel } from "./model.ts";

/**
 * Puts a history as files tell it into a model's own words. Operations stay in their order.
 *
 * @throws InterpretError when an operation is none of the model's; the message names the operation.
 */
export function interpretHistory<State, Input, Output>(
  history: History,
  model: FileModel<State, Input, Output>,
): History<Input, Output> {
  return { ...history, operations: history.operations.map((one) => interpretOne(one, model)) };
}

function interpretOne<State, Input, Output>(
  operation: Operation,
  model: FileModel<State, Input, Output>,
): Operation<Input, Output> {
  const { input, output } = spoken(operation, model);
  if (operation.status !== "ok") return { ...operation, input };
  if (output !== undefined) return { ...operation, input, output };
  throw new InterpretError(`${placeOf(operation)}: the model ${model.name} finds no output in it`);
}

function spoken<State, Input, Output>(
  operation: Operation,
  model: FileModel<State, Input, Output>,
): ReturnType<FileModel<State, Input, Output>["interpret"]> {
  try {
    return model.interpret(operation);
  } catch (error) {
    if (!(error instanceof InterpretError)) throw error;
    throw new InterpretError(`${placeOf(operation)}: ${error.message}`);
  }
}

function placeOf({ process, call, input }: Operation): string {
  return `operation ${JSON.stringify(input.f)} of process ${process} at ${call}`;
}
