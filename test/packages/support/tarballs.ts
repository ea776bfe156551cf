/**
 * The packages as pnpm packs them: what a registry gets, and what a user installs.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { output, PNPM } from "./process.ts";
import { temporaryFolder } from "./temporary.ts";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Paths of the tarballs by the folder of their package in `packages`: "core", "actors", ... */
export type Tarballs = ReadonlyMap<string, string>;

let packed: Promise<Tarballs> | undefined;

/** Packs all packages of `packages`, once in a process: tests that ask again get the same files. */
export function packedTarballs(): Promise<Tarballs> {
  packed ??= pack();
  return packed;
}

async function pack(): Promise<Tarballs> {
  const folder = temporaryFolder("tarballs");
  const only = ["--filter", "./packages/*"];
  await output([...PNPM, ...only, "--recursive", "pack", "--pack-destination", folder], ROOT);
  const files = readdirSync(folder).toSorted();
  return new Map(files.map((file) => [packageOf(file), join(folder, file)]));
}

/** "core" of "kontiki-core-0.1.0.tgz": the scope is in the name of the file, and not in that of the folder. */
function packageOf(file: string): string {
  return file.replace(/-\d+\.\d+\.\d+.*\.tgz$/, "").replace(/^kontiki-/, "");
}
