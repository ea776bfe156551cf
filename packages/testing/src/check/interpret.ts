import { checkArgument, fields, needed, rule, type Schema } from "@kontiki/actors/node";
import { ASKING } from "../history/event-operation.ts";
import { givenHistory } from "../history/given-history.ts";
import type { Call, History, Operation } from "../history/history.ts";
import type { Reading } from "../history/reading.ts";
import { canonical, type Value } from "../history/value.ts";
import { valueProblem } from "../history/value-problem.ts";
import { finish, type Work } from "../slices.ts";
import { givenFileModel } from "./given-model.ts";
import { InterpretError, type FileModel, type Interpreted } from "./model.ts";
import { checkedInterpreted } from "./checked-results.ts";
import { ModelError } from "./model-error.ts";
import { isSteady } from "./steady.ts";
import { UnreadCall } from "./unread-call.ts";

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
  checkCalls(history.operations);
  checkValues(history.operations);
  if (model.partition === undefined || isSteady(model)) checkKeys(history.operations, model);
  const operations: Operation<Input, Output>[] = [];
  for (const operation of history.operations) {
    const { key } = operation.input;
    const one = interpretOne(operation, model, history.reading);
    operations.push(key === undefined ? one : { ...one, object: canonical(key) });
    if (operations.length % OPERATIONS_PER_TURN === 0) yield;
  }
  return { ...history, operations };
}

const CALL: Schema<Call> = {
  f: needed(rule<string>("a text", (value) => typeof value === "string")),
  key: rule<Value>("a value", () => true),
  value: needed(rule<Value>("a value, null for none", (value) => value !== undefined)),
  lacksValue: rule<true>("true, or leave it out", (value) => value === true),
};

const isCall = fields(CALL);

/** A program may give anything as a call. A misspelt name would be ignored. */
function checkCalls(operations: readonly Operation[]): void {
  for (const [at, { input }] of operations.entries()) {
    const wrong = isCall(input, `operations[${at}].input`);
    if (wrong !== undefined) throw new InterpretError(wrong);
  }
}

/** A program may give any object. One that has nothing to compare would equal every other one of its class. */
function checkValues(operations: readonly Operation[]): void {
  for (const operation of operations) {
    const { input } = operation;
    const ofCall = valueProblem(input.key, "its key") ?? valueProblem(input.value, "its value");
    if (ofCall !== undefined) throw errorOf(operation, ofCall);
    const ofOutput =
      operation.status === "ok" ? valueProblem(operation.output, "its output") : undefined;
    if (ofOutput !== undefined) throw errorOf(operation, ofOutput, operation.endLine);
  }
}

/**
 * Nothing tells whether an operation without a key addresses all objects, or another one. Only a custom model may know: one that
 * has a partition function.
 */
function checkKeys(
  operations: readonly Operation[],
  model: Pick<FileModel<never, never, never>, "name">,
): void {
  const judged = operations.filter(({ status }) => status !== "failed");
  const hasKey = (one: Operation): boolean => one.input.key !== undefined;
  const without = judged.find((one) => !hasKey(one));
  if (without === undefined || !judged.some(hasKey)) return;
  const partition = isSteady(model) ? "" : `, or give the model ${model.name} a partition function`;
  throw new InterpretError(
    `${placeOf(without)} has no key, but others have one, and each key is an object: give all a key or none${partition}`,
    without.line,
  );
}

function interpretOne<State, Input, Output>(
  operation: Operation,
  model: FileModel<State, Input, Output>,
  reading: Reading | undefined,
): Operation<Input, Output> {
  if (operation.status === "failed") return interpretFailed(operation, model, reading);
  if (operation.input.lacksValue === true && isSteady(model))
    throw errorOf(operation, "it has no value, so what it asked for is not known");
  const isUnknown = reading?.unknownReads === true && isReadOfNull(operation);
  const known = isUnknown ? withoutOutput(operation) : operation;
  const { input, output } = interpretCall(known, model, reading);
  if (operation.status === "open") return { ...operation, input };
  // The output of an operation that returned is undefined if it was not recorded: to a model, that is any output.
  if (isUnknown || output !== undefined) return { ...operation, input, output: output as Output };
  throw errorOf(
    operation,
    `the model ${model.name} does not interpret its output`,
    operation.endLine,
  );
}

/** An operation that failed constrains nothing, so its value may be anything. It is only shown. */
function interpretFailed<State, Input, Output>(
  operation: Operation & { readonly status: "failed" },
  model: FileModel<State, Input, Output>,
  reading: Reading | undefined,
): Operation<Input, Output> {
  try {
    return { ...operation, input: interpretCall(operation, model, reading).input };
  } catch (error) {
    if (!(error instanceof InterpretError || error instanceof ModelError)) throw error;
    return { ...operation, input: new UnreadCall(operation.input) as Input };
  }
}

function isReadOfNull(operation: Operation): boolean {
  const { f } = operation.input;
  return ASKING.includes(f) && operation.status === "ok" && operation.output === null;
}

/** A model reads no output from an open operation. */
function withoutOutput({ process, call, input, line }: Operation): Operation {
  return { process, call, input, status: "open", ...(line === undefined ? {} : { line }) };
}

function interpretCall<State, Input, Output>(
  operation: Operation,
  model: FileModel<State, Input, Output>,
  reading: Reading | undefined,
): Interpreted<Input, Output> {
  try {
    return checkedInterpreted(model.interpret(operation, reading));
  } catch (error) {
    if (!(error instanceof InterpretError)) {
      const about = `interpret, for ${placeOf(operation)}`;
      throw new ModelError(model.name, about, error);
    }
    const isOfEnd = operation.status === "ok" && isReadable(withoutOutput(operation), model);
    throw errorOf(operation, error.message, isOfEnd ? operation.endLine : operation.line);
  }
}

/** Whether a model can read an operation: if it can without the output, the output is what is wrong. */
function isReadable(
  operation: Operation,
  model: Pick<FileModel<unknown, unknown, unknown>, "interpret">,
): boolean {
  try {
    model.interpret(operation);
    return true;
  } catch {
    return false;
  }
}

function errorOf(operation: Operation, problem: string, line = operation.line): InterpretError {
  return new InterpretError(`${placeOf(operation)}: ${problem}`, line);
}

function placeOf({ process, call, input }: Operation): string {
  return `operation ${JSON.stringify(input.f)} of process ${process} at ${call}`;
}
