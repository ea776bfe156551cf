import type { Chance } from "@kontiki/testing";
import { datumText, type Datum } from "./datum.ts";
import type { Ask, AtomicObject } from "./objects.ts";
import type { Act, ActEnd, Story } from "./story.ts";

/** How many operations and clients a history has, and how much goes wrong. */
export type Weather = {
  readonly operations: number;
  readonly clients: number;
  /** The share of operations that never answer. */
  readonly lost: number;
  /** The share of operations that fail without an effect. */
  readonly failed: number;
};

type Running = {
  readonly process: number;
  readonly ask: Ask;
  readonly call: number;
  answer: Datum | undefined;
  end: ActEnd;
};

/**
 * A history that is linearizable by construction: clients use one atomic object. A request takes effect at a random moment
 * after its call, its answer comes later still or never, and one that was given up may take effect long after that.
 */
export function simulated(object: AtomicObject, chance: Chance, weather: Weather): Story {
  const run = new Simulation(object, chance, weather);
  while (run.isGoing) run.turn();
  return run.story;
}

class Simulation {
  readonly #object: AtomicObject;
  readonly #chance: Chance;
  readonly #weather: Weather;
  readonly #states = new Map<number | undefined, Datum>();
  readonly #acts: Running[] = [];
  /** What each client waits for; its position gives the process until a lost answer makes it a new one. */
  readonly #clients: { process: number; running: Running | undefined }[];
  /** Requests that were given up and may still arrive. */
  readonly #adrift: Running[] = [];
  #nextProcess: number;
  #time = 0;

  constructor(object: AtomicObject, chance: Chance, weather: Weather) {
    this.#object = object;
    this.#chance = chance;
    this.#weather = weather;
    this.#clients = Array.from({ length: weather.clients }, (_, process) => ({
      process,
      running: undefined,
    }));
    this.#nextProcess = weather.clients;
  }

  get isGoing(): boolean {
    if (this.#acts.length < this.#weather.operations) return true;
    // Some histories end while operations run.
    return (
      this.#clients.some(({ running }) => running !== undefined) && !this.#chance.happens(0.08)
    );
  }

  get story(): Story {
    return this.#acts.map(({ process, ask, call, end }): Act => ({ process, ...ask, call, end }));
  }

  turn(): void {
    const late = this.#chance.happens(0.15)
      ? this.#chance.below(1 + this.#adrift.length)
      : this.#adrift.length;
    for (const one of this.#adrift.splice(late, 1)) this.#takeEffect(one);
    const client = this.#chance.pick(this.#clients);
    if (client === undefined) return;
    const { running } = client;
    if (running === undefined) {
      if (this.#acts.length < this.#weather.operations) client.running = this.#call(client.process);
      return;
    }
    const { lost, failed } = this.#weather;
    const fate = this.#chance.next();
    if (fate < lost / 2) {
      if (running.answer === undefined) this.#adrift.push(running);
      running.end = { type: "info", at: this.#tick() };
      client.running = undefined;
      client.process = this.#nextProcess;
      this.#nextProcess += 1;
    } else if (running.answer === undefined) {
      if (fate < lost / 2 + failed) {
        running.end = { type: "fail", at: this.#tick(), hasReason: this.#chance.happens(0.6) };
        client.running = undefined;
      } else this.#takeEffect(running);
    } else {
      running.end = { type: "ok", at: this.#tick(), output: running.answer };
      client.running = undefined;
    }
  }

  #call(process: number): Running {
    const { keys } = this.#object;
    const key = keys === 0 ? undefined : this.#chance.below(keys);
    const ask = this.#object.ask(this.#chance, key);
    const act: Running = {
      process,
      ask,
      call: this.#tick(),
      answer: undefined,
      end: { type: "none" },
    };
    this.#acts.push(act);
    return act;
  }

  #takeEffect(act: Running): void {
    const state = this.#states.get(act.ask.key) ?? this.#object.start;
    const reply = this.#object.run(state, act.ask, String(act.process));
    this.#states.set(act.ask.key, reply.state);
    act.answer = reply.answer;
  }

  #tick(): number {
    this.#time += 1;
    return this.#time;
  }
}

/** The same history with one answer changed to another that is possible; the same one when no answer says anything. */
export function changed(story: Story, object: AtomicObject, chance: Chance): Story {
  const answered = story.flatMap((act, at) => {
    if (act.end.type !== "ok") return [];
    const output = object.invent(chance, act);
    if (output === undefined || datumText(output) === datumText(act.end.output)) return [];
    return [{ at, act: { ...act, end: { ...act.end, output } } }];
  });
  const choice = chance.pick(answered);
  return choice === undefined ? story : story.with(choice.at, choice.act);
}
