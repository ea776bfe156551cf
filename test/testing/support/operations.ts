import {
  checkLinearizable,
  interpretHistory,
  makeHistory,
  models,
  type AnyFileModel,
  type History,
  type LimitOptions,
  type ModelName,
  type Operation,
  type Value,
  type Verdict,
} from "@kontiki/testing";

/** A request: a function, its argument, and the object when there are several. */
export type Asked = readonly [f: string, value?: Value, key?: Value];

/** An operation that returned `output` at `end`. */
export function ok(
  process: string,
  call: number,
  end: number,
  asked: Asked,
  output: Value = null,
): Operation {
  return { process, call, input: inputOf(asked), status: "ok", return: end, output };
}

/** An operation with an unknown outcome. */
export function open(process: string, call: number, asked: Asked): Operation {
  return { process, call, input: inputOf(asked), status: "open" };
}

/** An operation that had no effect. */
export function failed(process: string, call: number, end: number, asked: Asked): Operation {
  return { process, call, input: inputOf(asked), status: "failed", return: end };
}

function inputOf([f, value = null, key]: Asked): Operation["input"] {
  return key === undefined ? { f, value } : { f, key, value };
}

/** Checks operations with a model of the package. */
export function judged(
  name: ModelName,
  operations: readonly Operation[],
  limits: LimitOptions = {},
): Verdict<unknown, unknown> {
  const model: AnyFileModel = models[name];
  return checkLinearizable(interpretHistory(makeHistory(operations), model), model, limits);
}

/** The same without the lines of a file, which say nothing of what happened. */
export function lineless(operation: Operation): Operation {
  const { line: _line, endLine: _endLine, ...rest } = operation;
  return rest;
}

/** A history of a file without its lines. */
export function linelessHistory(history: History): History {
  return { ...history, operations: history.operations.map(lineless) };
}
