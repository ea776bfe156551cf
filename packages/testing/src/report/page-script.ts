import { readFileSync } from "node:fs";

/** The modules of the page's script, each after those that it imports. */
const MODULES = ["data.js", "view.js", "times.js", "bars.js", "chart.js", "overview.js", "main.js"];

/** Imports between the modules, which share one scope here, and lines that only tools read. */
const IMPORT = /^(?:import [^;]*;|\/\*\* @import .*|\/\/ @ts-check)\n/gm;
const EXPORT = /^export /gm;

/**
 * The script of a report page, as text for one script element.
 *
 * A page that has to be one file cannot import anything, so the modules are put one after the other.
 * They are written for that: each name is declared once in all of them.
 */
export function pageScript(): string {
  const modules = MODULES.map((name) => asset(name).replace(IMPORT, "").replace(EXPORT, ""));
  return `"use strict";\n{\n${modules.join("\n")}}\n`;
}

/** The style sheet of a report page. */
export function pageStyle(): string {
  return asset("style.css");
}

/** The relative path to the assets is the same from `src` and from `dist`. */
function asset(name: string): string {
  return readFileSync(new URL(`../../assets/${name}`, import.meta.url), "utf8");
}
