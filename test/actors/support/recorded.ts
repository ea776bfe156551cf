import {
  INITIAL_HARD_STATE,
  LOG_START,
  makeConfig,
  nodeId,
  type Event,
  type NodeId,
  type State,
} from "@kontiki/core";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { NodeTracer, type TraceOpening } from "../../../packages/actors/src/trace/trace.ts";
import { Lab } from "../../core/support/script/lab.ts";
import { Script } from "../../core/support/script/script.ts";

/** What a script came to: a trace for each start of each server, and which events and effects there were. */
export type Recorded = {
  /** By server and start: `a-1`, `a-2`. */
  readonly traces: ReadonlyMap<string, readonly string[]>;
  /** The state after each step of each trace. */
  readonly states: ReadonlyMap<string, readonly State[]>;
  readonly events: ReadonlySet<Event<unknown>["type"]>;
  readonly effects: ReadonlySet<string>;
};

/** Runs a script with a tracer on every server. Commands are the words as bytes. */
export function record(script: string): Recorded {
  const traces = new Map<string, string[]>();
  const states = new Map<string, State[]>();
  const events = new Set<Event<unknown>["type"]>();
  const effects = new Set<string>();
  const running = new Map<NodeId, { readonly tracer: NodeTracer; readonly states: State[] }>();
  const lab = new Lab<CommandBytes>((command) => command.length, {
    started: (config, found) => {
      let start = 1;
      while (traces.has(`${config.id}-${start}`)) start += 1;
      const name = `${config.id}-${start}`;
      const lines: string[] = [];
      const own: State[] = [];
      traces.set(name, lines);
      states.set(name, own);
      const sink = { write: (line: string) => void lines.push(line), flush: () => undefined };
      running.set(config.id, { tracer: new NodeTracer(sink, { config, ...found }), states: own });
    },
    stepped: (id, event, before, after, done) => {
      events.add(event.type);
      for (const effect of done) effects.add(effect.type);
      running.get(id)?.tracer.step(event, before, after, done);
      running.get(id)?.states.push(after);
    },
  });
  const runner = new Script(
    lab,
    (word) => Buffer.from(word),
    () => undefined,
  );
  for (const line of script.split("\n").filter((each) => each !== "")) runner.run(line);
  return { traces, states, events, effects };
}

/** What server a of a, b and c begins with. */
export function opening(): TraceOpening {
  const config = makeConfig({ id: nodeId("a"), voters: ["a", "b", "c"].map(nodeId) });
  const none = { snapshot: undefined, horizon: undefined };
  return { config, hard: INITIAL_HARD_STATE, base: LOG_START, entries: [], ...none };
}

/** A cluster that meets everything there is, so that its traces hold every event and every effect. */
export const EVERYTHING = `
cluster a b c keptEntries=0 leases=yes
silent a
silent b
silent c
read b 1
timeout a
deliver
propose a x y
deliver
heartbeat a
deliver
read a 2
read b 3
read a 4 leased
deliver
propose b z
change b remove c
cut a b | c
propose a v w
deliver
heartbeat a
deliver
snapshot a 4
heal
spoil c
heartbeat a
deliver
cut a b | c
propose a s t
deliver
heartbeat a
deliver
snapshot a 6
heal
heartbeat a
deliver a->c
deliver c->a
deliver a->c first
deliver a->c
propose a u
deliver a->b
deliver b->a
snapshot a 8
forget a
deliver
transfer a b
deliver
propose b o
deliver b->a
deliver b->c
heartbeat b
deliver
change b remove a, promote d/1
server d/1
deliver
change b voter e/2, remove c
server e/2
deliver
cut b | d e c
propose b lost
deliver
crash b
gone d b
gone e b
timeout d
deliver
heal
restart b
heartbeat d
deliver
heartbeat d
deliver
damage e 10
heartbeat d
deliver
compact d 1
silent e
`;
