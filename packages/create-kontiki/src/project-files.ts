import { readdirSync, readFileSync } from "node:fs";
import { ownManifest } from "./own-manifest.ts";
import type { NewFile } from "./place-files.ts";
import { ENDINGS, projectManifest, type Language } from "./project-manifest.ts";

/** Names that a template file cannot have: npm leaves a `.gitignore` out of a package or renames it. */
const RENAMED: Readonly<Record<string, string>> = { _gitignore: ".gitignore" };

/** All files of a project with this name. */
export function projectFiles(name: string, language: Language): readonly NewFile[] {
  const values = { name, ending: ENDINGS[language], typecheck: TYPECHECK[language] };
  const manifest = projectManifest(name, language, ownManifest());
  return [
    { name: "package.json", text: manifest },
    ...templateFiles("common", values),
    ...templateFiles(language, values),
  ];
}

/** A line of the README that only one of the languages has. */
const TYPECHECK: Readonly<Record<Language, string>> = {
  typescript: "npm run typecheck   # checks the types\n",
  javascript: "",
};

type Values = Readonly<Record<string, string>>;

function templateFiles(folder: string, values: Values): readonly NewFile[] {
  const url = new URL(`../template/${folder}/`, import.meta.url);
  const files = readdirSync(url, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ name }) => ({
    name: RENAMED[name] ?? name,
    text: filledIn(readFileSync(new URL(name, url), "utf8"), values),
  }));
}

/** The text with each `{{value}}` replaced. @throws Error for one that there is not. */
function filledIn(text: string, values: Values): string {
  return text.replaceAll(/\{\{(\w+)\}\}(\n?)/g, (_all, key: string, end: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`a template asks for {{${key}}}`);
    // A value that is a line, or no line at all, brings its own end.
    return value === "" || value.endsWith("\n") ? value : value + end;
  });
}
