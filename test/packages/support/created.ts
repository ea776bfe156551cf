/**
 * A project that `npm create kontiki` has written, outside of the workspace, and in which npm has installed the tarballs.
 */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { LIBRARIES } from "./consumer.ts";
import { output } from "./process.ts";
import { packedTarballs } from "./tarballs.ts";
import { temporaryFolder } from "./temporary.ts";

/** The project, and what `npm create kontiki` printed and wrote before anything was installed. */
export type Created = {
  /** Where the program was started. */
  readonly home: string;
  readonly folder: string;
  readonly printed: string;
};

/** Runs the program in a folder as `npm create` does, from its tarball. @returns what it printed. */
export async function create(home: string, ...argv: readonly string[]): Promise<string> {
  const tarball = (await packedTarballs()).get("create-kontiki") ?? "";
  const command = ["npm", "exec", "--yes", "--prefer-offline", `--package=${tarball}`, "--"];
  return output([...command, "create-kontiki", ...argv], home);
}

/** A new project named "My Bank". */
export async function createdProject(): Promise<Created> {
  const home = temporaryFolder("created");
  const printed = await create(home, "My Bank");
  return { home, folder: join(home, "My Bank"), printed };
}

/** Installs what a project needs: with the tarballs in place of what a registry has. */
export async function installTarballs(folder: string): Promise<void> {
  const tarballs = await packedTarballs();
  const packages = LIBRARIES.map((name) => tarballs.get(name) ?? "");
  const quietly = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"];
  await output(["npm", "install", ...quietly, ...packages], folder);
}

/** Another folder that has what is installed in a project. It is made unless it is there. */
export function withDependenciesOf(project: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}
