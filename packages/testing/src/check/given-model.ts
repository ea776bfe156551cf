import { rule, type Rule } from "@kontiki/actors/node";
import type { FileModel, Model } from "./model.ts";

type AnyModel = Model<unknown, unknown, unknown>;

const GIVE = "a model, such as models.register";

const isModel = rule<AnyModel>(GIVE, (value) => typeof value === "object" && value !== null);

/** What is given where a model is needed. */
export const givenModel: Rule<AnyModel> = modelWith("step", "key", "describe", "describeState");

/** What is given where a model for files is needed. */
export const givenFileModel: Rule<FileModel<unknown, unknown, unknown>> = modelWith(
  "step",
  "key",
  "describe",
  "describeState",
  "interpret",
);

function modelWith<Known extends AnyModel>(...functions: readonly string[]): Rule<Known> {
  return (value, path) => {
    const wrong = isModel(value, path);
    if (wrong !== undefined) return wrong;
    const given = value as Readonly<Record<string, unknown>>;
    const missing = functions.find((name) => typeof given[name] !== "function");
    return missing && `${path} has no function ${missing}: give ${GIVE}`;
  };
}
