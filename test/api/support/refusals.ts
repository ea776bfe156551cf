import { setImmediate } from "node:timers/promises";
import { wrongValues, type Kind } from "./kinds.ts";

/** A call that must be refused, and the error's text. */
export type Refusal = {
  readonly what: string;
  readonly act: () => unknown;
  readonly message: string;
};

/** A function that takes options. */
export type WithOptions = {
  /** How errors call the function. */
  readonly where: string;
  /** Calls it with these options. */
  readonly call: (options: never) => unknown;
  /** Each option, in the order of the schema. */
  readonly options: Readonly<Record<string, Kind>>;
  /** The right values of options that cannot be left out. */
  readonly needed?: Readonly<Record<string, unknown>>;
  /** The name of the argument when it cannot be left out. */
  readonly argument?: string;
};

/** All ways to give wrong options to a function. */
export function wrongOptions({
  where,
  call,
  options,
  needed = {},
  argument,
}: WithOptions): Refusal[] {
  const names = Object.keys(options);
  const act =
    (given: unknown): (() => unknown) =>
    () =>
      (call as (given: unknown) => unknown)(given);
  const like = `{ ${names[0]}: ...${names.length > 1 ? ", ..." : ""} }`;
  const place = `${where}: ${argument ?? "options"}`;
  const notAnObject: [unknown, string][] = [
    [null, "null"],
    [5, "5"],
    ["text", "'text'"],
    [[], "[]"],
    [new Map(), "Map(0) {}"],
    [new AbortController().signal, "[AbortSignal]"],
    [() => ({}), "[Function (anonymous)]"],
    ...(argument === undefined ? [] : [[undefined, "undefined"] as [unknown, string]]),
  ];
  return [
    ...notAnObject.map(([given, shown]) => ({
      what: `${where}(${shown})`,
      act: act(given),
      message: `${place} is ${shown}: give an object such as ${like}`,
    })),
    {
      what: `${where}(a promise)`,
      act: act(Promise.resolve(needed)),
      message: `${place} is a Promise: await it`,
    },
    {
      what: `${where} with an unknown name`,
      act: act({ ...needed, zzzzzzzzzzzz: 1 }),
      message: `${where}: zzzzzzzzzzzz is not an option: the options are ${names.join(", ")}`,
    },
    ...names.map((name) => ({
      what: `${where} with a misspelt ${name}`,
      act: act({ ...needed, [misspelt(name)]: undefined }),
      message: `${where}: ${misspelt(name)} is not an option: did you mean ${name}?`,
    })),
    ...Object.entries(options).flatMap(([name, kind]) =>
      wrongValues(kind).map(([value, text]) => ({
        what: `${where} with ${name}: ${text}`,
        act: act({ ...needed, [name]: value }),
        message: `${where}: ${name} ${text}`,
      })),
    ),
    ...Object.keys(needed).map((name) => ({
      what: `${where} without ${name}`,
      act: act({ ...needed, [name]: undefined }),
      message: `${where}: ${name} ${missing(options[name])}`,
    })),
  ];
}

/** All ways to give a wrong positional argument to a function. */
export function wrongArgument(
  where: string,
  name: string,
  kind: Kind,
  call: (value: never) => unknown,
): Refusal[] {
  return wrongValues(kind).map(([value, text]) => ({
    what: `${where} with ${name}: ${text}`,
    act: () => (call as (value: unknown) => unknown)(value),
    message: `${where}: ${name} ${text}`,
  }));
}

/** A case that is not like the others. */
export function refusal(what: string, act: () => unknown, message: string): Refusal[] {
  return [{ what, act, message }];
}

/** The error of a call: thrown, or the reason of a promise that is rejected before anything else runs. */
export async function errorOf(act: () => unknown): Promise<unknown> {
  const waited = Symbol("it waited");
  try {
    const ended = await Promise.race([act(), setImmediate(waited)]);
    return ended === waited
      ? new Error("it was not refused at once")
      : new Error("it was accepted");
  } catch (error) {
    return error;
  }
}

function misspelt(name: string): string {
  return `${name[0]?.toUpperCase()}${name.slice(1)}`;
}

function missing(kind: Kind | undefined): string {
  return kind?.text?.("undefined") ?? `is undefined: give ${kind?.give}`;
}
