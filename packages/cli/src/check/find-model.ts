import { importModule } from "@kontiki/actors";
import { modelProblem, models, type AnyFileModel } from "@kontiki/testing";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../output/error-text.ts";
import { badInput } from "../output/check-failure.ts";

/**
 * Finds a model by its name, or by the path of a module whose default export is a model. Text with a slash, a backslash or
 * a dot is a path.
 *
 * @throws CheckFailure when there is no such model.
 */
export async function findModel(name: string): Promise<AnyFileModel> {
  const known = new Map<string, AnyFileModel>(Object.entries(models)).get(name);
  if (known !== undefined) return known;
  if (!/[./\\]/.test(name)) {
    const names = Object.keys(models).join(", ");
    throw badInput(`there is no model ${name}: it must be ${names}, or the path of a module`);
  }
  const model = await load(name);
  if (typeof model !== "object" || model === null)
    throw badInput(`${name} has no model as its default export: see FileModel of @kontiki/testing`);
  const problem = modelProblem(model);
  if (problem !== undefined) throw badInput(`${name}: ${problem}`);
  return model as AnyFileModel;
}

async function load(path: string): Promise<unknown> {
  try {
    const module = await importModule(pathToFileURL(resolve(path)).href, "model");
    return module["default"];
  } catch (error) {
    const { cause = error } = error as Error;
    const isFolder = (cause as NodeJS.ErrnoException).code === "ERR_UNSUPPORTED_DIR_IMPORT";
    const [line] = isFolder
      ? ["it is a folder; give the file of a module"]
      : messageOf(cause).split("\n");
    throw badInput(`cannot load the model ${path}: ${line}`);
  }
}
