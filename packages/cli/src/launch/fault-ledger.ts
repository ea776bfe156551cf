import type { FaultDesk } from "@kontiki/testing";
import type { SessionFaults } from "../session/context.ts";

/** What carries out faults. */
export type Faults = Pick<
  FaultDesk,
  "close" | "cuts" | "disown" | "heal" | "healOf" | "inForce" | "inject"
>;

/**
 * The faults that are in force in a cluster of this process, whoever injected them. The code of faults is loaded with the
 * first one.
 */
export class FaultLedger {
  readonly #open: () => Promise<Faults>;
  #faults: Promise<Faults> | undefined;

  constructor(open: () => Promise<Faults>) {
    this.#open = open;
  }

  /** What one session does with faults. */
  of(owner: object): SessionFaults {
    return {
      inject: async (written) => (await this.#opened()).inject(written, owner),
      heal: async (isMeant) => (await this.#known())?.heal(isMeant) ?? [],
      inForce: async () => (await this.#known())?.inForce ?? [],
      cuts: async () => (await this.#known())?.cuts ?? [],
    };
  }

  /** Faults that one session injected stay when it ends. */
  async keep(owner: object): Promise<void> {
    (await this.#known())?.disown(owner);
  }

  /** A session has ended: what it injected and did not keep is undone. */
  async release(owner: object): Promise<void> {
    await (await this.#known())?.healOf(owner);
  }

  /** Undoes all faults. */
  async close(): Promise<void> {
    await (await this.#known())?.close();
  }

  /** What carries out faults, if any was ever injected. */
  async #known(): Promise<Faults | undefined> {
    return this.#faults?.catch(() => undefined);
  }

  /** One attempt that fails, as while no node leads, does not keep the next from succeeding. */
  async #opened(): Promise<Faults> {
    this.#faults ??= this.#open();
    try {
      return await this.#faults;
    } catch (error) {
      this.#faults = undefined;
      throw error;
    }
  }
}
