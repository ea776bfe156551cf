import { checkArgument } from "@kontiki/actors/node";
import { givenHistory } from "../history/given-history.ts";
import type { History, Operation } from "../history/history.ts";
import type { Reading } from "../history/reading.ts";
import { finish, type Work } from "../slices.ts";
import { givenFileModel } from "./given-model.ts";
import { InterpretError, type FileModel, type Interpreted } from "./model.ts";
import { ModelError } from "./model-error.ts";

/** Operations between two pauses. */
const OPERATIONS_PER_TURN = 256;

/** Functions that only read one object. */
const READS: readonly string[] = ["read", "get"];

/**
 * Translates the operations of a file to the inputs and outputs of a model. Operations keep their order.
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
  const operations: Operation<Input, Output>[] = [];
  for (const operation of history.operations) {
    operations.push(interpretOne(operation, model, history.reading));
    if (operations.length % OPERATIONS_PER_TURN === 0) yield;
  }
  return { ...history, operations };
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
  return READS.includes(f) && operation.status === "ok" && operation.output === null;
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
