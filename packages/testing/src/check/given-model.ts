import { callable, nearest, rule, shown, text, type Rule } from "@kontiki/actors/node";
import type { FileModel, Model } from "./model.ts";

type AnyModel = Model<unknown, unknown, unknown>;
type AnyFileModel = FileModel<unknown, unknown, unknown>;

const GIVE = "a model, such as models.register";

const isModel = rule<AnyModel>(GIVE, (value) => typeof value === "object" && value !== null);

const FUNCTION = callable("");
const NAME = text("a text, which reports show");
const STATE = rule("the state before any operation", (value) => {
  return value !== undefined && !(value instanceof Promise);
});

type Problem = (value: unknown, path: string) => string | undefined;

/** What the members of a model may be. */
const MEMBERS: Readonly<Record<keyof AnyFileModel, Problem>> = {
  name: NAME,
  init: STATE,
  initial: FUNCTION,
  step: FUNCTION,
  key: FUNCTION,
  same: FUNCTION,
  partition: FUNCTION,
  readOnly: FUNCTION,
  overwrites: FUNCTION,
  canWait: FUNCTION,
  rank: FUNCTION,
  distinctions: FUNCTION,
  describe: FUNCTION,
  describeState: FUNCTION,
  interpret: FUNCTION,
};
const NAMES = Object.keys(MEMBERS) as readonly (keyof AnyFileModel)[];

/** What is given where a model is needed. */
export const givenModel: Rule<AnyModel> = modelWith("step", "key", "describe", "describeState");

/** What is given where a model for files is needed. */
export const givenFileModel: Rule<AnyFileModel> = modelWith(
  "step",
  "key",
  "describe",
  "describeState",
  "interpret",
);

/** What is wrong with a model for files that came from elsewhere, such as a module; undefined if nothing is. */
export function modelProblem(model: unknown): string | undefined {
  return givenFileModel(model, "model");
}

function modelWith<Known extends AnyModel>(...functions: readonly string[]): Rule<Known> {
  return (value, path) => {
    const wrong = isModel(value, path);
    if (wrong !== undefined) return wrong;
    const given = value as Readonly<Record<string, unknown>>;
    const missing = functions.find((name) => typeof given[name] !== "function");
    if (missing !== undefined) return `${path} has no function ${missing}: give ${GIVE}`;
    return wrongMember(given, path) ?? unknownMember(given, path);
  };
}

function wrongMember(given: Readonly<Record<string, unknown>>, path: string): string | undefined {
  for (const name of NAMES) {
    const isLeftOut = given[name] === undefined && name !== "name" && name !== "init";
    const wrong = isLeftOut ? undefined : MEMBERS[name](given[name], `${path}.${name}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** A misspelt member would be ignored, and the history judged by another model than the one that was meant. */
function unknownMember(given: Readonly<Record<string, unknown>>, path: string): string | undefined {
  const known: readonly string[] = NAMES;
  for (const name of memberNames(given)) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    // A class may have members for itself. Only a function that looks like one of a model is a mistake.
    if (!isPlain(given) && (near === undefined || typeof given[name] !== "function")) continue;
    const member = `${path}.${/^[\w$]+$/.test(name) ? name : shown(name)}`;
    return near === undefined
      ? `${member} is not a member of a model: the members are ${known.join(", ")}`
      : `${member} is not a member of a model: did you mean ${near}?`;
  }
  return undefined;
}

/** The names of the members of an object, and of its class if it has one. */
function memberNames(given: object): readonly string[] {
  const names = Object.keys(given);
  if (isPlain(given)) return names;
  for (let at = classOf(given); at !== null && at !== Object.prototype; at = classOf(at))
    names.push(...Object.getOwnPropertyNames(at).filter((name) => name !== "constructor"));
  return names;
}

function isPlain(given: object): boolean {
  const prototype = classOf(given);
  return prototype === null || prototype === Object.prototype;
}

function classOf(given: object): object | null {
  return Object.getPrototypeOf(given) as object | null;
}
