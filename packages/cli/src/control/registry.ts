import { KontikiError } from "@kontiki/actors";
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { CLUSTER_NAME } from "../host/cluster-name.ts";
import { isAnswered } from "./dial.ts";
import { makeFolder } from "../host/make-folder.ts";
import { reasonOf } from "../output/error-text.ts";

/** A cluster that can be reached from other terminals. */
export type Registered = {
  readonly name: string;
  readonly pid: number;
  /** Absolute path of its data directory; null if its logs are in memory. */
  readonly data: string | null;
  /** The Unix socket that carries commands. */
  readonly socket: string;
  /** Absolute path of its log of events; null if it keeps none. */
  readonly log: string | null;
  /** When it was started, in ms since 1970. */
  readonly startedAt: number;
};

const ENTRY = ".json";

/**
 * The clusters that run for this user: one file for each in `$XDG_STATE_HOME/kontiki/clusters`, by default in
 * `~/.local/state`.
 *
 * An entry whose process was killed stays. Whether a cluster runs is decided by its socket, never by its entry.
 */
export class Registry {
  /** The folder; undefined where the environment names no place for it. */
  readonly folder: string | undefined;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    const { XDG_STATE_HOME: state = "", HOME: home = "" } = env;
    // The specification of these folders says to ignore a relative path.
    if (isAbsolute(state)) this.folder = join(state, "kontiki", "clusters");
    else if (isAbsolute(home)) this.folder = join(home, ".local", "state", "kontiki", "clusters");
  }

  /** Everything registered, by name. */
  list(): readonly Registered[] {
    const names = this.#names().filter((name) => name.endsWith(ENTRY));
    return names.toSorted().flatMap((name) => this.find(name.slice(0, -ENTRY.length)) ?? []);
  }

  find(name: string): Registered | undefined {
    if (this.folder === undefined || !CLUSTER_NAME.test(name)) return undefined;
    try {
      const text = readFileSync(join(this.folder, `${name}${ENTRY}`), "utf8");
      return entryOf(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  /**
   * Adds an entry, or replaces that of a cluster that no longer runs.
   *
   * @throws KontikiError also when another one has taken the name meanwhile.
   */
  async add(entry: Registered): Promise<void> {
    const path = this.pathOf(entry.name, ENTRY);
    const written = this.pathOf(entry.name, `.${process.pid}.new`);
    this.#write(written, `${JSON.stringify(entry)}\n`);
    try {
      linkSync(written, path);
    } catch {
      const other = this.find(entry.name);
      const isTaken = other !== undefined && other.pid !== entry.pid;
      if (isTaken && (await isAnswered(other.socket))) throw nameTaken(other);
      renameSync(written, path);
    } finally {
      rmSync(written, { force: true });
    }
  }

  /** Whether an entry of this name can be written, which is not written yet. @throws KontikiError if not */
  check(name: string): void {
    const path = this.pathOf(name, `.${process.pid}.new`);
    this.#write(path, "");
    rmSync(path);
  }

  /** Removes an entry, unless another cluster has taken its name. */
  remove({ name, pid }: Registered): void {
    if (this.folder === undefined || this.find(name)?.pid !== pid) return;
    rmSync(join(this.folder, `${name}${ENTRY}`), { force: true });
  }

  /** A file that belongs to a name, in the folder, which is created if absent. @throws KontikiError */
  pathOf(name: string, ending: string): string {
    const { folder } = this;
    if (folder === undefined)
      throw new KontikiError(
        "there is no place to register the cluster: set HOME or XDG_STATE_HOME to an absolute path",
      );
    try {
      makeFolder(folder, 0o700);
    } catch (error) {
      throw new KontikiError(
        `cannot make ${folder}, where clusters are registered (${reasonOf(error)}): ` +
          "set XDG_STATE_HOME to a folder that you can write to",
        { cause: error },
      );
    }
    return join(folder, `${name}${ending}`);
  }

  /** Where a cluster of this name keeps its log unasked; undefined for what is no name. */
  logOf(name: string): string | undefined {
    if (this.folder === undefined || !CLUSTER_NAME.test(name)) return undefined;
    return join(this.folder, `${name}.log`);
  }

  #write(path: string, text: string): void {
    try {
      writeFileSync(path, text, { mode: 0o600 });
    } catch (error) {
      throw new KontikiError(
        `cannot write ${path} (${reasonOf(error)}): set XDG_STATE_HOME to a folder that you can write to`,
        { cause: error },
      );
    }
  }

  #names(): readonly string[] {
    try {
      return this.folder === undefined ? [] : readdirSync(this.folder);
    } catch {
      return [];
    }
  }
}

/** The error about a name that another running cluster has. */
export function nameTaken({ name, pid }: Registered): KontikiError {
  return new KontikiError(
    `a cluster ${name} runs already, in process ${pid}: choose another --name, or "kontiki down --name ${name}"`,
  );
}

function entryOf(value: unknown): Registered | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { name, pid, data, socket, log, startedAt } = value as Partial<Registered>;
  if (typeof name !== "string" || typeof pid !== "number" || typeof socket !== "string")
    return undefined;
  if (typeof startedAt !== "number") return undefined;
  return { name, pid, data: data ?? null, socket, log: log ?? null, startedAt };
}
