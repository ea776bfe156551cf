/**
 * What a package holds once it is installed.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { nameOf, type PACKAGES } from "./consumer.ts";

/** What the tests read of a `package.json`. */
export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly sideEffects: false | readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
};

/** A package in `node_modules` of a project. */
export class Installed {
  readonly folder: string;
  /** Paths of its files from its folder, with / between folders. */
  readonly files: readonly string[];

  constructor(project: string, name: (typeof PACKAGES)[number]) {
    this.folder = join(project, "node_modules", nameOf(name));
    const entries = readdirSync(this.folder, { recursive: true, encoding: "utf8" });
    const files = entries.filter((entry) => statSync(join(this.folder, entry)).isFile());
    this.files = files.map((file) => file.replaceAll("\\", "/")).toSorted();
  }

  get manifest(): Manifest {
    return JSON.parse(this.text("package.json")) as Manifest;
  }

  /** What its files are together, in bytes. */
  get bytes(): number {
    return this.files.reduce((sum, file) => sum + statSync(join(this.folder, file)).size, 0);
  }

  text(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }
}
