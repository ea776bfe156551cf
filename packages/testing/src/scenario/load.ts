import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { checkArgument, nearest, path as pathRule } from "@kontiki/actors/node";
import { loadModule } from "./load-module.ts";
import type { ScenarioParts } from "./parts.ts";
import type { Scenario } from "./scenario.ts";
import { parseScenario } from "./parse.ts";
import { ScenarioError } from "./scenario-error.ts";
import { scenarioNames, shippedPath } from "./shipped.ts";

const YAML_ENDINGS = [".yaml", ".yml"];
const MODULE_ENDINGS = [".ts", ".mts", ".js", ".mjs"];

/**
 * Loads a scenario: a YAML file, a module of TypeScript or JavaScript, or one that comes with the package by its name.
 *
 * @param nameOrPath a name of {@link scenarioNames}, or the path of a .yaml, .yml, .ts, .mts, .js or .mjs file.
 * @throws ScenarioError that lists everything that is wrong; for YAML with line and column.
 */
export async function loadScenario(nameOrPath: string): Promise<Scenario> {
  return (await loadChecked("loadScenario", nameOrPath)).scenario;
}

const PATH = pathRule("the name of a scenario, or the path of a file");

/** Like {@link loadScenario}, with what a module may add: its own machine, model and commands. */
export async function loadScenarioParts(nameOrPath: string): Promise<ScenarioParts> {
  return loadChecked("loadScenarioParts", nameOrPath);
}

async function loadChecked(where: string, nameOrPath: string): Promise<ScenarioParts> {
  checkArgument(where, "nameOrPath", PATH, nameOrPath);
  const ending = extname(nameOrPath);
  if (MODULE_ENDINGS.includes(ending)) return loadModule(pathToFileURL(resolve(nameOrPath)).href);
  if (YAML_ENDINGS.includes(ending)) return { scenario: await loadYaml(nameOrPath) };
  const path = await shippedPath(nameOrPath);
  if (path !== undefined) return { scenario: await loadYaml(path) };
  const near = nearest(nameOrPath, await scenarioNames());
  const hint =
    near === undefined
      ? `give the path of a ${[...YAML_ENDINGS, ...MODULE_ENDINGS].join(", ")} file, or the name of one that comes with Kontiki`
      : `did you mean ${near}?`;
  throw fileError(nameOrPath, `is not a scenario: ${hint}`);
}

async function loadYaml(path: string): Promise<Scenario> {
  return parseScenario(await textOf(path), path);
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "this is a directory: give a file",
};

async function textOf(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw fileError(path, UNREADABLE[error.code ?? ""] ?? `cannot be read: ${String(error.code)}`);
  });
  // Decoded anyway, each wrong byte would become another character.
  if (!isUtf8(bytes)) throw fileError(path, "is not UTF-8");
  return bytes.toString("utf8");
}

function fileError(path: string, text: string): ScenarioError {
  return new ScenarioError(path, [{ path: [], on: "value", text, place: undefined }]);
}
