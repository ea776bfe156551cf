import { checkArgument } from "@kontiki/actors/node";
import { givenHistory } from "../history/given-history.ts";
import type { History, Operation } from "../history/history.ts";
import { givenFileModel } from "./given-model.ts";
import { InterpretError, type FileModel, type Interpreted } from "./model.ts";

/**
 * Translates the operations of a file to the inputs and outputs of a model. Operations keep their order.
 *
 * @throws InterpretError when the model does not know an operation; the message names the operation.
 */
export function interpretHistory<State, Input, Output>(
  history: History,
  model: FileModel<State, Input, Output>,
): History<Input, Output> {
  checkArgument("interpretHistory", "history", givenHistory, history);
  checkArgument("interpretHistory", "model", givenFileModel, model);
  return { ...history, operations: history.operations.map((one) => interpretOne(one, model)) };
}

function interpretOne<State, Input, Output>(
  operation: Operation,
  model: FileModel<State, Input, Output>,
): Operation<Input, Output> {
  const { input, output } = interpretCall(operation, model);
  if (operation.status !== "ok") return { ...operation, input };
  if (output !== undefined) return { ...operation, input, output };
  throw new InterpretError(
    `${placeOf(operation)}: the model ${model.name} does not interpret its output`,
  );
}

function interpretCall<State, Input, Output>(
  operation: Operation,
  model: FileModel<State, Input, Output>,
): Interpreted<Input, Output> {
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
