import { PULSE_MS } from "../../../packages/actors/src/mailboxes/pulse.ts";
import type { Clock } from "../../../packages/actors/src/node/timers.ts";

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  readonly due: { readonly at: number; readonly callback: () => void }[] = [];
  now = 0;
  chance = 0;
  /** Whether the supervisor's event loop runs. */
  turns = true;
  #pulses = 0;

  after(ms: number, callback: () => void): () => void {
    const entry = { at: this.now + ms, callback };
    this.due.push(entry);
    return () => {
      const at = this.due.indexOf(entry);
      if (at !== -1) this.due.splice(at, 1);
    };
  }

  random = (): number => this.chance;
  nowMs = (): number => this.now;
  pulses = (): number => Math.floor(this.#pulses);

  advance(ms: number): void {
    for (let step = 0; step < ms; step += 1) {
      this.now += 1;
      if (this.turns) this.#pulses += 1 / PULSE_MS;
      for (let next = this.#nextDue(); next !== undefined; next = this.#nextDue()) {
        this.due.splice(this.due.indexOf(next), 1);
        next.callback();
      }
    }
  }

  /** A callback may start a timer that is due at once. */
  #nextDue(): FakeClock["due"][number] | undefined {
    return this.due.find(({ at }) => at <= this.now);
  }
}
