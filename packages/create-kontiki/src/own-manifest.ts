import { readFileSync } from "node:fs";

/** What this package knows of itself. */
export type OwnManifest = {
  readonly version: string;
  readonly engines: Readonly<Record<string, string>>;
  /** Among them are the packages that a project gets, in the versions that it is tested with. */
  readonly devDependencies: Readonly<Record<string, string>>;
};

/** Reads this package's `package.json`. */
export function ownManifest(): OwnManifest {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return JSON.parse(text) as OwnManifest;
}
