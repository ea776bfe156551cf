import { makeConfig, nodeId, INITIAL_HARD_STATE, type Event, type NodeId } from "@kontiki/core";
import type { Packet } from "../../core/support/network.ts";
import { Server } from "../../core/support/server.ts";
import {
  contentOf,
  electionTimeout,
  from,
  heartbeatTimeout,
  log,
  PAPER,
  propose,
  type Command,
} from "../../core/support/core.ts";

/** Bounds of a search, without defaults. */
export type NaiveBounds = {
  readonly nodes: number;
  readonly terms: number;
  readonly proposals: number;
  readonly crashes: number;
  readonly drops: number;
  readonly duplicates: number;
  readonly heartbeats: number;
  readonly inflight: number;
  readonly asyncDisk: boolean;
};

type Spent = Record<"proposals" | "crashes" | "drops" | "duplicates" | "heartbeats", number>;

/** One transition. Nodes and packets are given by their positions. */
type Choice = {
  readonly what: "election" | "heartbeat" | "propose" | "deliver" | "drop" | "crash" | "sync";
  /** The position of the node or the packet. */
  readonly at: number;
  readonly stays: boolean;
  readonly end: "well" | "nothing" | "everything";
  /** The positions of the sent packets that find room; undefined when all do. */
  readonly found: readonly number[] | undefined;
};

/** A text of plain data that does not depend on the order of keys. */
function textOf(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)),
        )
      : value,
  );
}

/** A small cluster of the servers that the tests of the core use, from its start. */
class Run {
  readonly #bounds: NaiveBounds;
  readonly #servers: Server[];
  #flying: Packet[] = [];
  readonly #spent: Spent = { proposals: 0, crashes: 0, drops: 0, duplicates: 0, heartbeats: 0 };
  readonly #leaders: Record<number, NodeId> = {};
  readonly #committed: string[] = [];
  /** The number of packets that left in the last transition, and the free room. */
  left = { packets: 0, room: 0 };

  constructor(bounds: NaiveBounds) {
    this.#bounds = bounds;
    const voters = ["a", "b", "c"].slice(0, bounds.nodes).map(nodeId);
    this.#servers = voters.map((id) => {
      const image = { hard: INITIAL_HARD_STATE, log: log([]), horizon: undefined };
      return new Server(makeConfig({ ...PAPER, id, voters }), { image, files: [], salvage: [] }, 16);
    });
  }

  /** Everything that matters for the future of the run. It ends the run: held packets are seen by releasing them. */
  textAtEnd(): string {
    const servers = this.#servers.map(({ state, view, disk, hard }) => {
      const { hard: synced, log: onDisk } = disk.image;
      return { state, log: contentOf(view), hard, synced, onDisk: contentOf(onDisk) };
    });
    const held = this.#servers.map((server) => {
      const packets: Packet[] = [];
      server.beginSync();
      server.finishSync(packets);
      return packets.map(textOf).toSorted();
    });
    const flying = this.#flying.map(textOf).toSorted();
    return textOf([servers, held, flying, this.#spent, this.#leaders, this.#committed]);
  }

  /** All choices to try next. Some of them change nothing or are not allowed. */
  get choices(): readonly Choice[] {
    const places = [...this.#servers.keys()];
    const plain = { stays: false, found: undefined } as const;
    const turns = (["election", "heartbeat", "propose", "sync", "crash"] as const).flatMap((what) =>
      places.map((at) => ({ ...plain, what, at })),
    );
    const packets = [...this.#flying.keys()].flatMap((at) => [
      { ...plain, what: "deliver" as const, at },
      { ...plain, what: "deliver" as const, at, stays: true },
      { ...plain, what: "drop" as const, at },
    ]);
    return [...turns, ...packets].flatMap((choice) =>
      (["well", "nothing", "everything"] as const).map((end) => ({ ...choice, end })),
    );
  }

  /** Makes a transition. @returns false when it is not allowed. */
  make(choice: Choice): boolean {
    const { what, at, stays, end } = choice;
    if (what === "drop") return end === "well" && this.#takes("drops", () => this.#take(at));
    if (stays && !this.#takes("duplicates")) return false;
    const packet = what === "deliver" ? this.#flying[at] : undefined;
    if (packet !== undefined && !stays) this.#take(at);
    const server = this.#servers.find(({ config }, place) =>
      packet === undefined ? place === at : config.id === packet.to,
    );
    if (server === undefined) return false;
    const leads = server.state.role.type === "leader";
    if (what === "election" && leads) return false;
    if (what === "heartbeat" && !(leads && this.#takes("heartbeats"))) return false;
    if (what === "propose" && !(leads && this.#takes("proposals"))) return false;
    if (end !== "well" && !this.#takes("crashes")) return false;
    const { asyncDisk } = this.#bounds;
    if (what === "sync" && !(asyncDisk && end === "well")) return false;
    if (what === "crash" ? end === "well" : asyncDisk && end !== "well") return false;
    const sent: Packet[] = [];
    if (what !== "crash" && what !== "sync") {
      this.#handle(server, this.#eventOf(what, packet), sent);
      this.#handle(server, { type: "replicate" }, sent);
    }
    if (end === "everything" && !this.#wrote(server)) return false;
    if (end === "well" && (!asyncDisk || what === "sync")) this.#sync(server, sent);
    this.#remember(server);
    if (end !== "well") this.#restart(server, end);
    if (server.state.term > this.#bounds.terms) return false;
    this.left = { packets: sent.length, room: this.#bounds.inflight - this.#flying.length };
    const found = choice.found ?? [...sent.keys()];
    this.#flying.push(...found.flatMap((place) => sent[place] ?? []));
    return true;
  }

  #eventOf(what: Choice["what"], packet: Packet | undefined): Event<Command> {
    if (packet !== undefined) return from(packet.from, packet.message, packet);
    if (what === "propose") return propose(`x${this.#spent.proposals}`);
    return what === "election" ? electionTimeout : heartbeatTimeout;
  }

  #take(at: number): void {
    this.#flying = this.#flying.toSpliced(at, 1);
  }

  #takes(budget: keyof Spent, then: () => void = () => {}): boolean {
    if (this.#spent[budget] >= this.#bounds[budget]) return false;
    this.#spent[budget] += 1;
    then();
    return true;
  }

  #handle(server: Server, event: Event<Command>, sent: Packet[]): void {
    server.step(event, sent);
  }

  #wrote(server: Server): boolean {
    const { hard, log: onDisk } = server.disk.image;
    return textOf([hard, contentOf(onDisk)]) !== textOf([server.hard, contentOf(server.view)]);
  }

  #sync(server: Server, sent: Packet[]): void {
    server.beginSync();
    for (const event of server.finishSync(sent)) this.#handle(server, event, sent);
    this.#handle(server, { type: "replicate" }, sent);
  }

  #restart(server: Server, kept: "nothing" | "everything"): void {
    const place = this.#servers.indexOf(server);
    this.#servers[place] = new Server(server.config, server.crash(kept), 16);
  }

  #remember({ config, state, view }: Server): void {
    if (state.role.type === "leader") this.#leaders[state.term] = config.id;
    for (const entry of contentOf(view).slice(this.#committed.length, state.commit))
      this.#committed.push(textOf([entry, state.term]));
  }
}

/**
 * Counts the states of a small cluster in the simplest way: it reaches each state by a run from the start and stores it as
 * text. It shares only the core with the explorer.
 */
export function countStates(bounds: NaiveBounds): number {
  const seen = new Set([new Run(bounds).textAtEnd()]);
  const ways: (readonly Choice[])[] = [[]];
  const after = (way: readonly Choice[]): Run | undefined => {
    const run = new Run(bounds);
    return way.every((choice) => run.make(choice)) ? run : undefined;
  };
  for (const way of ways) {
    for (const choice of after(way)?.choices ?? []) {
      const { packets, room } = after([...way, choice])?.left ?? { packets: 0, room: 0 };
      for (const found of partsOf(packets, Math.min(packets, room))) {
        const next = [...way, { ...choice, found }];
        const text = after(next)?.textAtEnd();
        if (text === undefined || seen.has(text)) continue;
        seen.add(text);
        ways.push(next);
      }
    }
  }
  return seen.size;
}

/** All choices of `size` places out of `count`. */
function partsOf(count: number, size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  return Array.from({ length: count }, (_none, at) => at).flatMap((last) =>
    last < size - 1 ? [] : partsOf(last, size - 1).map((rest) => [...rest, last]),
  );
}
