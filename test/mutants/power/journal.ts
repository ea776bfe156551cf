import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine, Trial } from "./engines.ts";

/** What every result of a file has in common: results of other sources or of other limits say nothing about these. */
export type Terms = {
  /** A digest of the sources of all packages. */
  readonly sources: string;
  /** The CPU time of each trial. */
  readonly seconds: number;
  /** The seeds of each trial; undefined when only time bounds them. */
  readonly seeds?: number | undefined;
};

/** Why a mutant does not count. */
export type Why = "does not compile" | "breaks at once";

type Entry = { readonly id: string } & ({ readonly why: Why } | { readonly trial: Trial });

/**
 * The results of trials, each appended to a file as a line as soon as it is known, so that a long sample that was cut short
 * continues from there. Without a file they are only remembered.
 */
export class Journal {
  readonly #file: string | undefined;
  readonly #aside = new Map<string, Why>();
  readonly #trials = new Map<string, Trial>();

  /** @throws Error when the file has results of other sources or other limits. */
  constructor(file: string | undefined, terms: Terms) {
    this.#file = file;
    if (file === undefined) return;
    if (!existsSync(file)) {
      this.#append(terms);
      return;
    }
    const text = readFileSync(file, "utf8");
    if (!text.endsWith("\n")) appendFileSync(file, "\n");
    const [head, ...entries] = text.split("\n").flatMap(parsed);
    if (JSON.stringify(head) !== JSON.stringify(terms))
      throw new Error(
        `${file} has results of other sources, or of another --time or --seeds: give another file to --resume`,
      );
    for (const entry of entries) this.#remember(entry as Entry);
  }

  /** Why a mutant was set aside; undefined if it was not. */
  asideOf(id: string): Why | undefined {
    return this.#aside.get(id);
  }

  /** The result of a trial; undefined if there is none yet. */
  trialOf(id: string, engine: Engine, firstSeed: number): Trial | undefined {
    return this.#trials.get(keyOf(id, engine, firstSeed));
  }

  /** Adds a result. */
  add(entry: Entry): void {
    this.#remember(entry);
    this.#append(entry);
  }

  #remember(entry: Entry): void {
    if ("why" in entry) this.#aside.set(entry.id, entry.why);
    else this.#trials.set(keyOf(entry.id, entry.trial.engine, entry.trial.firstSeed), entry.trial);
  }

  #append(line: Terms | Entry): void {
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

/** A line that a crash cut off is no result. */
function parsed(line: string): readonly unknown[] {
  try {
    return [JSON.parse(line) as unknown];
  } catch {
    return [];
  }
}

function keyOf(id: string, engine: Engine, firstSeed: number): string {
  return `${engine} ${firstSeed} ${id}`;
}

/** A digest of the sources of all packages. @param root the root of the repository. */
export function digestOfSources(root: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(join(root, "packages")).toSorted()) {
    const folder = join(root, "packages", name, "src");
    if (!existsSync(folder)) continue;
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
    for (const file of files)
      if (file.endsWith(".ts"))
        hash.update(`${name}/${file}\n`).update(readFileSync(join(folder, file)));
  }
  return hash.digest("hex").slice(0, 16);
}
