import type { StateMachine } from "../machine/state-machine.ts";
import { withApply } from "../machine/with-apply.ts";
import type { AppliedCommand, Probe } from "../metrics/probe.ts";
import type { EntryObserver } from "../node/applier.ts";

/** Tells the program which entries a node applies, while it listens. Otherwise it costs one look at shared memory an entry. */
export class AppliedFeed implements EntryObserver {
  readonly #probe: Probe;
  #isOn = false;
  /** The last entry that was applied. */
  #index = 0;
  /** What the machine was given of the entry that is being applied. */
  #commands: AppliedCommand[] = [];

  constructor(probe: Probe) {
    this.#probe = probe;
  }

  machine(machine: StateMachine): StateMachine {
    return withApply(machine, (command) => {
      const result = machine.apply(command);
      if (this.#isOn) this.#commands.push({ command, result });
      return result;
    });
  }

  applied = (index: number, _repeats: number, bytes: number): void => {
    this.#index = index;
    if (!this.#isOn) return this.look();
    const commands = this.#commands;
    this.#commands = [];
    this.#probe.applied({ index, commands }, bytes);
  };

  restored = (index: number): void => {
    this.#index = index;
    if (this.#isOn) this.#tellPlace();
    else this.look();
  };

  /** Looks whether the program listens. Called between entries, and often enough while there are none. */
  look(): void {
    const isOn = this.#probe.wantsApplied;
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.#commands = [];
    if (isOn) this.#tellPlace();
  }

  #tellPlace(): void {
    this.#probe.applied({ index: this.#index, commands: undefined });
  }
}
