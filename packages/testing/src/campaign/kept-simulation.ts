import { NodeTracer, openParcel } from "@kontiki/actors/node";
import type { CoreStep, Happening, Observer } from "../engine/observer.ts";
import { describeHappening, describeStart } from "../replay/describe-happening.ts";
import { describeStep } from "../replay/describe-step.ts";
import { MessageTally, type RunMessages } from "../run/messages.ts";
import type { Simulation } from "../runs/simulation.ts";
import type { KeptLine, KeptRun } from "./task.ts";

type Started = Happening & { readonly type: "started" };

/** Records what is kept of a simulated run. It changes nothing in the run. */
export class KeptSimulation implements Observer {
  readonly #simulation: Simulation;
  readonly #tally = new MessageTally();
  /** The types of the messages in a letter: what carries it keeps its bytes as they are. */
  readonly #types = new WeakMap<Uint8Array, readonly string[]>();
  readonly #lines = new Map<string, string[]>();
  readonly #tracers = new Map<string, NodeTracer>();
  readonly #log: KeptLine[] = [];
  /** A letter that has arrived: if its receiver no longer runs, the next thing that happens is that it is lost. */
  #arrived: Uint8Array | undefined;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  get messages(): RunMessages {
    this.#take();
    return this.#tally.messages;
  }

  get kept(): Pick<KeptRun, "traces" | "log" | "begunAt"> {
    const traces = [...this.#lines].map(
      ([name, lines]) => [name, `${lines.join("\n")}\n`] as const,
    );
    return { traces: Object.fromEntries(traces), log: this.#log, begunAt: 0 };
  }

  /** See {@link Observer}. */
  onStep(step: CoreStep): void {
    this.#take();
    const { node, event, before, after, effects } = step;
    this.#tracers.get(node)?.step(event, before, after, effects);
    const msg = describeStep(step);
    if (msg !== undefined) this.#tell(node, "step", msg);
  }

  /** See {@link Observer}. */
  onHappening(happening: Happening): void {
    if (happening.type === "lost" && happening.bytes === this.#arrived) this.#arrived = undefined;
    this.#take();
    switch (happening.type) {
      case "posted":
        return this.#count("sent", happening.bytes);
      case "delivered":
        this.#arrived = happening.bytes;
        return;
      case "lost":
        return this.#count("lost", happening.bytes);
      case "started":
        return this.#started(happening);
      case "misbehaved":
        return this.#tell(happening.node, happening.type, happening.what);
      case "ended":
        this.#tracers.delete(happening.node);
        break;
      case "called":
      case "returned":
        return;
      default:
    }
    const msg = describeHappening(happening);
    if (msg !== undefined)
      this.#tell("node" in happening ? happening.node : "", happening.type, msg);
  }

  #started({ node, incarnation, recovered, actor }: Started): void {
    const lines: string[] = [];
    const name = `${node}-${this.#nameable(node, incarnation)}.ndjson`;
    this.#lines.set(name, lines);
    const sink = { write: (line: string) => void lines.push(line), flush: () => undefined };
    const { hard, base, entries, snapshot, horizon, salvage } = recovered;
    const opening = { hard, base, entries, snapshot, horizon, salvage };
    this.#tracers.set(node, new NodeTracer(sink, { config: actor.env.config, ...opening }));
    this.#tell(node, "started", describeStart(recovered));
  }

  /** The number of a start: a node that continues with a disk that had failed is recovered again within one. */
  #nameable(node: string, incarnation: number): number {
    let number = incarnation;
    while (this.#lines.has(`${node}-${number}.ndjson`)) number += 1;
    return number;
  }

  /** The letter that has arrived is taken by its receiver. */
  #take(): void {
    if (this.#arrived !== undefined) this.#count("received", this.#arrived);
    this.#arrived = undefined;
  }

  #count(way: "sent" | "received" | "lost", bytes: Uint8Array): void {
    const known = this.#types.get(bytes);
    const types = known ?? typesIn(bytes);
    if (known === undefined) this.#types.set(bytes, types);
    this.#tally.add(way, types);
  }

  #tell(node: string, event: string, msg: string): void {
    this.#log.push({ at: this.#simulation.now, node, event, what: msg });
  }
}

function typesIn(bytes: Uint8Array): readonly string[] {
  const parcel = openParcel(bytes);
  return parcel?.type === "raft" ? parcel.messages.map(({ type }) => type) : [];
}
