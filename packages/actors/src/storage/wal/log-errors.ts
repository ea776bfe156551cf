import { KontikiError } from "../../errors.ts";
import { LOG_FORMAT, OLDEST_LOG_FORMAT } from "./wal-format.ts";

const WAY_OUT =
  "The promises of this node are lost, so it must not run with what is left: " +
  "restore the whole data directory from one copy taken while the cluster was stopped, " +
  "or make a cluster of another node with kontiki recover.";

/**
 * A log that cannot be trusted: durable bytes are gone or changed, and nothing that is left records the node's term,
 * vote and last entry. The node must not run from it.
 */
export class DamagedLogError extends KontikiError {
  override readonly name = "DamagedLogError";
  /** The damaged file. */
  readonly path: string;
  /** The position of the damage in the file, in bytes. */
  readonly offset: number;

  constructor({ path, offset, what }: Damage) {
    super(`the log is damaged: ${path}, byte ${offset}: ${what}. ${WAY_OUT}`);
    this.path = path;
    this.offset = offset;
  }
}

/** A file that a later version of this program wrote. */
export class NewerLogError extends KontikiError {
  override readonly name = "NewerLogError";

  constructor(path: string, format: number, known: number = LOG_FORMAT) {
    super(
      `${path} has format ${format} and this version reads format ${known}: ` +
        "use the version of Kontiki that wrote it, or a later one",
    );
  }
}

/** A log that an earlier version of this program wrote. */
export class OlderLogError extends KontikiError {
  override readonly name = "OlderLogError";

  constructor(path: string, format: number) {
    super(
      `${path} has format ${format}, of a version before the first release, and this version reads format ` +
        `${OLDEST_LOG_FORMAT} and later: begin a new cluster in a new folder`,
    );
  }
}

/** Where a log differs from what was written, and how. */
export type Damage = { readonly path: string; readonly offset: number; readonly what: string };
