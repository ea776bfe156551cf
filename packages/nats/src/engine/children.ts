import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The folder in the folder of an engine that names its processes. */
export const PIDS = "pids";

/**
 * The processes that an engine has started, as empty files that have their ids as names: a guard ends what is left of them
 * when the engine is gone, however that came about.
 */
export class Children {
  readonly #folder: string;

  /** @param root the folder of the engine. */
  constructor(root: string) {
    this.#folder = join(root, PIDS);
    mkdirSync(this.#folder, { recursive: true });
  }

  add(pid: number): void {
    writeFileSync(join(this.#folder, `${pid}`), "");
  }

  remove(pid: number): void {
    rmSync(join(this.#folder, `${pid}`), { force: true });
  }
}
