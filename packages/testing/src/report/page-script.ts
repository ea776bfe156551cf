import { readFileSync } from "node:fs";

/** The script of a report page, as text for one script element. */
export function pageScript(): string {
  return asset("report.js");
}

/** The style sheet of a report page. */
export function pageStyle(): string {
  return asset("report.css");
}

/**
 * The build of the pages puts the assets there; the relative path is the same from `src` and from `dist`.
 *
 * @throws Error when they were not built
 */
function asset(name: string): string {
  try {
    return readFileSync(new URL(`../../assets/${name}`, import.meta.url), "utf8");
  } catch (error) {
    throw new Error(
      `a part of the report is missing from this installation (in a checkout, run "npx -y pnpm@12 build"): ${name}`,
      { cause: error },
    );
  }
}
