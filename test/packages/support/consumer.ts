/**
 * Projects outside of the workspace that install the packages, as users do.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { output, PNPM } from "./process.ts";
import { packedTarballs } from "./tarballs.ts";
import { temporaryFolder } from "./temporary.ts";

/** The packages that others are built on, by their folder in `packages`. */
export const LIBRARIES = ["core", "actors", "testing", "nats", "cli"] as const;

/** All that are published, each after those that it needs. */
export const PACKAGES = [...LIBRARIES, "create-kontiki"] as const;

/** The name of a package, by its folder. */
export function nameOf(folder: (typeof PACKAGES)[number]): string {
  return folder === "create-kontiki" ? folder : `@kontiki/${folder}`;
}

/** The newest version that is supported: another one comes with a change of this line. */
export const TYPESCRIPT = "7.0.2";

type Dependencies = Readonly<Record<string, string>>;

let unpacked: Promise<string> | undefined;

/** The folder of a project that has the packages of the tarballs, and nothing that they need, once in a process. */
export function unpackedProject(): Promise<string> {
  unpacked ??= unpack();
  return unpacked;
}

async function unpack(): Promise<string> {
  const folder = temporaryFolder("unpacked");
  const tarballs = await packedTarballs();
  for (const name of PACKAGES) {
    const target = join(folder, "node_modules", nameOf(name));
    mkdirSync(target, { recursive: true });
    const tarball = tarballs.get(name) ?? `no tarball of ${name}`;
    await output(["tar", "-xzf", tarball, "--strip-components=1", "-C", target], folder);
  }
  return folder;
}

/** The folder of a project in which pnpm has installed the tarballs: there a package sees only what it names. */
export async function pnpmProject(others: Dependencies): Promise<string> {
  const tarballs = await tarballDependencies(LIBRARIES);
  const folder = newProject({ ...tarballs, ...others });
  const overrides = Object.entries(tarballs).map(([name, tarball]) => `  "${name}": "${tarball}"`);
  const settings = ["overrides:", ...overrides, "ignoreScripts: true"];
  writeFileSync(join(folder, "pnpm-workspace.yaml"), `${settings.join("\n")}\n`);
  await output([...PNPM, "install", "--prefer-offline", "--no-frozen-lockfile"], folder);
  return folder;
}

/** Writes a file of a project. */
export function write(folder: string, name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

/** An empty folder outside of the workspace with a `package.json`. It ends with this process. */
function newProject(dependencies: Dependencies): string {
  const folder = temporaryFolder("by-pnpm");
  const manifest = { name: "consumer", private: true, type: "module", dependencies };
  write(folder, "package.json", JSON.stringify(manifest, null, 2));
  return folder;
}

async function tarballDependencies(
  folders: readonly (typeof PACKAGES)[number][],
): Promise<Dependencies> {
  const tarballs = await packedTarballs();
  return Object.fromEntries(folders.map((name) => [nameOf(name), `file:${tarballs.get(name)}`]));
}
