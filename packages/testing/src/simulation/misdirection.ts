import type { Chance } from "../chance.ts";
import type { Loss, MayLose } from "../engine/loss.ts";
import type { Counters } from "../run/counters.ts";
import { InForce } from "./in-force.ts";
import { lossIn } from "./loss-of.ts";
import type { SimFile } from "./sim-file.ts";

type Stray = {
  readonly name: string;
  readonly file: SimFile;
  readonly from: number;
  readonly to: number;
};

/**
 * A write that lands at another place of its file: over older bytes, with zeros where it should be.
 *
 * The page cache hides it until the file is read from the device. It is carried out only when a later write of the same file
 * is durable: a write that is missing from the end of a file looks exactly like one that a crash cut off, and a node would
 * forget a promise without noticing. The promise file does not help: power may be lost before the misplaced write is read.
 */
export class Misdirection {
  readonly #chance: Chance;
  readonly #counters: Counters;
  readonly #onLoss: (loss: Loss) => void;
  readonly #inForce = new InForce<{ readonly mayLose: MayLose; isDone: boolean }>();
  #stray: Stray | undefined;

  constructor(chance: Chance, counters: Counters, onLoss: (loss: Loss) => void) {
    this.#chance = chance;
    this.#counters = counters;
    this.#onLoss = onLoss;
  }

  /** The next write for which this is possible and allowed lands at the wrong place; one for each call. */
  begin(mayLose: MayLose): () => void {
    return this.#inForce.begin({ mayLose, isDone: false });
  }

  /** The page cache is gone, and with it the only copy of a pending write: it stays where it belongs. */
  forget(): void {
    this.#stray = undefined;
  }

  /** A write was appended to an open file. */
  onAppend(name: string, file: SimFile): void {
    const isWanted = this.#inForce.all.some(({ isDone }) => !isDone);
    if (!isWanted || this.#stray?.file === file || !name.endsWith(".wal")) return;
    const last = file.lastSyncedAppend();
    if (last !== undefined) this.#stray = { name, file, from: last.to, to: file.end };
  }

  onSync(file: SimFile): void {
    const stray = this.#stray;
    if (stray?.file !== file || file.damaged) return;
    const { name, from, to } = stray;
    const last = file.lastSyncedAppend();
    if (last === undefined || last.from < to) return;
    this.#stray = undefined;
    const most = from - (to - from);
    const wanted = this.#inForce.all.find(({ isDone }) => !isDone);
    if (most < 0 || wanted === undefined) return;
    const at = this.#chance.between(0, most);
    const [there, own] = [lossIn(name, file, at, at + to - from), lossIn(name, file, from, to)];
    if (there === undefined || own === undefined) return;
    const loss = {
      entries: [...there.entries, ...own.entries],
      snapshot: 0,
      isObscure: there.isObscure || own.isObscure,
    };
    if (!wanted.mayLose(loss)) return;
    wanted.isDone = true;
    file.misplace(from, to, at);
    this.#counters.count("disk.misdirected");
    this.#onLoss(loss);
  }
}
