import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { edited, type Edit } from "./edit.ts";

/** The packages that the engines run, and the command line. */
const PACKAGES = ["core", "actors", "testing", "cli"];

/** What a package has at run time; the manifest names what else it needs. */
const PARTS = ["package.json", "tsconfig.json", "dist", "scenarios", "assets"];

/** Builds one package. */
const BUILD = ["--composite", "false", "--declaration", "false"].concat(
  ["--declarationMap", "false", "--sourceMap", "false", "--incremental", "false"],
  ["--tsBuildInfoFile", "null"],
);

/** What an edit leaves unused is no reason to reject it. */
const CHECKED = ["--noUnusedLocals", "false", "--noUnusedParameters", "false", "--noEmitOnError"];

/** A copy of the built packages and of the hunter in a separate folder, with some text replaced. */
export class Sandbox {
  readonly #root: string;
  /** The path of the folder. */
  readonly folder: string;

  /** @param root the root of the repository, built by `tsc -b`. It stays unchanged. */
  constructor(root: string) {
    this.#root = root;
    this.folder = mkdtempSync(join(tmpdir(), "kontiki-mutant-"));
    for (const name of PACKAGES) this.#copyPackage(name);
    cpSync(join(root, "test/mutants/dist"), join(this.folder, "hunter"), { recursive: true });
    writeFileSync(join(this.folder, "package.json"), '{ "type": "module" }\n');
    cpSync(join(root, "tsconfig.base.json"), join(this.folder, "tsconfig.base.json"));
  }

  /** The path of the hunter's program. */
  get hunter(): string {
    return join(this.folder, "hunter/hunter.js");
  }

  /** The path of the command line's program. */
  get program(): string {
    return join(this.folder, "packages/cli/dist/bin.js");
  }

  /**
   * Replaces text in the sources and builds the changed files.
   *
   * @param checksTypes whether a replacement that has type errors is rejected.
   * @throws Error when a text to replace does not appear exactly once, when the replacement is not TypeScript, or when it
   *   changes nothing in the build.
   */
  async plant(edits: readonly Edit[], checksTypes = false): Promise<void> {
    const texts = new Map<string, string>();
    for (const edit of edits) {
      const text = texts.get(edit.file) ?? readFileSync(join(this.#root, edit.file), "utf8");
      texts.set(edit.file, edited(text, edit));
    }
    for (const name of new Set(edits.map(({ file }) => packageOf(file)))) {
      const source = join(this.folder, "packages", name, "src");
      cpSync(join(this.#root, "packages", name, "src"), source, { recursive: true });
    }
    for (const [file, text] of texts) writeFileSync(join(this.folder, file), text);
    for (const name of new Set(edits.map(({ file }) => packageOf(file))))
      await this.#build(name, checksTypes);
    for (const file of texts.keys()) this.#assertChanged(file);
  }

  /** Removes the folder. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #copyPackage(name: string): void {
    const [from, to] = [join(this.#root, "packages", name), join(this.folder, "packages", name)];
    for (const part of PARTS)
      if (existsSync(join(from, part)))
        cpSync(join(from, part), join(to, part), { recursive: true, filter: isNeeded });
    this.#link(join(this.folder, "packages", name), join("@kontiki", name));
    for (const [dependency, target] of foreignDependencies(from)) this.#link(target, dependency);
  }

  #link(target: string, name: string): void {
    const link = join(this.folder, "node_modules", name);
    if (existsSync(link)) return;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(target, link);
  }

  async #build(name: string, checksTypes: boolean): Promise<void> {
    const compiler = join(this.#root, "node_modules/typescript/bin/tsc");
    const project = join(this.folder, "packages", name);
    const checks = checksTypes ? CHECKED : ["--noCheck"];
    const args = [compiler, "-p", project, ...BUILD, ...checks];
    await promisify(execFile)(process.execPath, args).catch(
      (error: Error & { readonly stdout?: string }) => {
        throw new Error(`packages/${name} cannot be built: ${error.stdout ?? error.message}`);
      },
    );
  }

  #assertChanged(file: string): void {
    const built = file.replace("/src/", "/dist/").replace(/\.ts$/, ".js");
    const [before, after] = [this.#root, this.folder].map((root) => codeOf(join(root, built)));
    if (before === after) throw new Error(`${file}: the replacement changes nothing in the build`);
  }
}

/** Source maps are half of all files, and only people read them. Bundles are of the code without the edits. */
function isNeeded(file: string): boolean {
  return !file.endsWith(".map") && basename(file) !== "bundles";
}

function packageOf(file: string): string {
  return file.split("/")[1] ?? "";
}

/** The foreign dependencies of a package, with their paths. */
function foreignDependencies(folder: string): readonly (readonly [name: string, target: string])[] {
  const modules = join(folder, "node_modules");
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .flatMap((name) =>
      name.startsWith("@")
        ? readdirSync(join(modules, name)).map((part) => `${name}/${part}`)
        : [name],
    )
    .filter((name) => !name.startsWith("@kontiki/") && !name.startsWith("."))
    .map((name) => [name, realpathSync(join(modules, name))] as const);
}

/** A built file without the name of its source map, which only one of the two builds has. */
function codeOf(file: string): string {
  return readFileSync(file, "utf8")
    .replace(/\n\/\/# sourceMappingURL=.*\n?$/, "")
    .trimEnd();
}
