import { signal } from "@preact/signals";
import type { AskedChange, AskedFork, AskedRun } from "@kontiki/cli/fork";
import type { Recording } from "@kontiki/cli/recording";
import { runInWorker } from "./engine.ts";

/** What the page does with the fork that it was asked for last. */
export type Running =
  | { readonly type: "idle" }
  | { readonly type: "running"; readonly ms: number }
  | { readonly type: "failed"; readonly text: string };

/** Changes of the run that is shown, and the runs that come of them. */
export class Forks {
  /** The token of the run that is shown; undefined where the page cannot run it. */
  readonly token: string | undefined;
  readonly changes = signal<readonly AskedChange[]>([]);
  readonly running = signal<Running>({ type: "idle" });
  /** The recording that the page came with, and the token of it. */
  readonly #first: Recording;
  readonly #show: (recording: Recording, step: number | undefined) => unknown;

  /** @param show shows another run, at an event counted from 1. */
  constructor(
    first: Recording,
    shown: Recording,
    show: (recording: Recording, step: number | undefined) => unknown,
  ) {
    this.#first = first;
    this.token = shown.token;
    this.#show = show;
  }

  /** Whether the run that is shown is another one than that of the page. */
  get isForked(): boolean {
    return this.token !== this.#first.token;
  }

  add(change: AskedChange): void {
    const others = this.changes.value.filter((one) => !replaces(change, one));
    this.changes.value = [...others, change];
  }

  remove(change: AskedChange): void {
    this.changes.value = this.changes.value.filter((one) => one !== change);
  }

  /** Runs on with the changes from a moment, in ms, and shows the new run at the same event. */
  async fork(at: number, step: number): Promise<void> {
    if (this.token === undefined || this.running.value.type === "running") return;
    await this.#run({ token: this.token, fork: forkAt(at, this.changes.value) }, step);
  }

  /** Shows the run of a token. */
  async open(token: string, step: number | undefined): Promise<void> {
    if (token === this.#first.token) this.back(step);
    else await this.#run({ token, fork: undefined }, step);
  }

  /** Shows the run that the page came with. */
  back(step: number | undefined): void {
    this.#show(this.#first, step);
  }

  async #run(asked: AskedRun, step: number | undefined): Promise<void> {
    this.running.value = { type: "running", ms: 0 };
    try {
      const recording = await runInWorker(asked, (ms) => {
        this.running.value = { type: "running", ms };
      });
      this.running.value = { type: "idle" };
      this.#show(recording, step);
    } catch (error) {
      this.running.value = { type: "failed", text: error instanceof Error ? error.message : "" };
    }
  }
}

function forkAt(at: number, changes: readonly AskedChange[]): AskedFork {
  return { at, changes };
}

/** A seed or a letter has one change. */
function replaces(change: AskedChange, before: AskedChange): boolean {
  if ("letter" in change) return "letter" in before && before.letter === change.letter;
  if (change.type === "fault") return before.type === "fault" && before.text === change.text;
  if (change.type === "spare") return before.type === "spare" && before.fault === change.fault;
  return before.type === change.type;
}

/** A change in a few words. */
export function changeText(change: AskedChange): string {
  switch (change.type) {
    case "fault":
      return change.text;
    case "spare":
      return `without fault ${change.fault}`;
    case "seed":
      return `choices from seed ${change.seed}`;
    case "lose":
      return `letter ${change.letter} is lost`;
    case "delay":
      return `letter ${change.letter} is late by ${change.ms} ms`;
    default:
      return change satisfies never;
  }
}
