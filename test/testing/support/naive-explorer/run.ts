import {
  confirmedRound,
  INITIAL_HARD_STATE,
  makeConfig,
  term,
  type Config,
  type Effect,
  type Event,
  type NodeId,
} from "@kontiki/core";
import {
  contentOf,
  electionTimeout,
  from,
  heartbeatTimeout,
  log,
  PAPER,
  propose,
  type Command,
} from "../../../core/support/core.ts";
import type { Packet } from "../../../core/support/network.ts";
import type { Disk, Server } from "../../../core/support/server.ts";
import { BUDGETS, NAMES, type NaiveBounds, type Spent } from "./bounds.ts";
import { changesAmong, choicesOf, type Choice } from "./choices.ts";
import { LeaseClocks } from "./lease-clocks.ts";
import { hasNews, keep, saved, snapshotOf } from "./snapshots.ts";
import { copied, diskWithout, EMPTY, readable, started } from "./starts.ts";
import { packetText, serverText, textOf } from "./texts.ts";

/** A small cluster of the servers that the tests of the core use. */
export class Run {
  readonly #bounds: NaiveBounds;
  readonly #servers: Server[];
  readonly #clocks: LeaseClocks;
  #flying: Packet[] = [];
  #spent = Object.fromEntries(BUDGETS.map((budget) => [budget, 0])) as Spent;
  #leaders: Record<number, NodeId> = {};
  #committed: string[] = [];
  /** Reads without an answer: at which server, and how many entries the answer must cover. */
  #asked: { readonly id: number; readonly at: NodeId; readonly floor: number }[] = [];
  /** The effects of the present turn. */
  #effects: Effect<Command>[] = [];

  private constructor(bounds: NaiveBounds, servers: readonly Server[], clocks: LeaseClocks) {
    this.#bounds = bounds;
    this.#servers = [...servers];
    this.#clocks = clocks;
  }

  /** A run in which nothing has happened. */
  static from(bounds: NaiveBounds): Run {
    const names = NAMES.slice(0, bounds.nodes);
    const voters = names.slice(0, bounds.voters);
    const firsts = bounds.logs ?? [];
    const first = Math.max(0, ...firsts.flat());
    const servers = names.map((id, at) => {
      const config = makeConfig({ ...PAPER, keptEntries: 0, ...bounds.config, id, voters });
      const hard = { ...INITIAL_HARD_STATE, term: term(first) };
      const image = { hard, log: log(firsts[at] ?? []), horizon: undefined };
      return started(config, { ...EMPTY, image });
    });
    return new Run(bounds, servers, new LeaseClocks(names));
  }

  /**
   * The runs after one more transition: one for each choice of sent packets that find room. None when it is not allowed.
   * Each run has servers of its own, but for those to which nothing has happened since.
   */
  after(choice: Choice): readonly Run[] {
    const run = this.#copy();
    const sent = run.#make(choice);
    if (sent === undefined) return [];
    const room = this.#bounds.inflight - run.#flying.length;
    return partsOf(sent.length, Math.min(sent.length, room)).map((found) => {
      const end = run.#copy();
      end.#flying.push(...found.flatMap((place) => sent[place] ?? []));
      return end;
    });
  }

  #copy(): Run {
    const run = new Run(this.#bounds, this.#servers, this.#clocks.copy());
    run.#flying = [...this.#flying];
    run.#spent = { ...this.#spent };
    run.#leaders = { ...this.#leaders };
    run.#committed = [...this.#committed];
    run.#asked = [...this.#asked];
    return run;
  }

  /** Everything that matters for the future of the run. */
  get text(): string {
    const servers = this.#servers.map(serverText);
    const flying = this.#flying.map(packetText).toSorted();
    const past = [this.#leaders, this.#committed, this.#asked, this.#clocks.content];
    return textOf([servers, flying, this.#spent, past]);
  }

  /** All choices to try next. Some of them change nothing or are not allowed. */
  get choices(): readonly Choice[] {
    return choicesOf(this.#bounds, this.#servers, this.#flying);
  }

  /** Makes a transition. @returns the packets that leave; undefined when it is not allowed. */
  #make(choice: Choice): readonly Packet[] | undefined {
    const { what, at, stays, end, which } = choice;
    if (what === "drop")
      return end === "well" && this.#takes("drops", () => this.#take(at)) ? [] : undefined;
    const packet = what === "deliver" ? this.#flying[at] : undefined;
    const place = this.#servers.findIndex(({ config }, each) =>
      packet === undefined ? each === at : config.id === packet.to,
    );
    if (!this.#isAllowed(choice, place)) return undefined;
    if (packet !== undefined && !stays) this.#take(at);
    const server = this.#own(place);
    const sent: Packet[] = [];
    const { state: before } = server;
    this.#effects = [];
    if (what === "snapshot") keep(server, snapshotOf(server));
    const restarts = what === "lose" || what === "wipe";
    if (what !== "crash" && what !== "sync" && !restarts) {
      this.#handle(server, this.#eventOf(choice, packet, server), sent);
      this.#handle(server, { type: "replicate" }, sent);
    }
    const isRefused = ({ type }: Effect<Command>): boolean =>
      (what === "change" && type === "rejectChange") ||
      (what === "transfer" && type === "transferEnded");
    if (this.#effects.some(isRefused) || (what === "death" && server.state === before))
      return undefined;
    if (end === "everything" && !this.#wrote(server)) return undefined;
    const syncs = what === "sync" || (!this.#bounds.asyncDisk && !restarts);
    if (end === "well" && syncs) this.#sync(server, sent);
    this.#remember(server);
    this.#answer(server);
    if (restarts || end !== "well")
      this.#asked = this.#asked.filter((read) => read.at !== server.config.id);
    if (what === "lose") this.#restart(server, diskWithout(which, server));
    if (what === "wipe")
      this.#restart(server, EMPTY, makeConfig({ ...server.config, uid: this.#spent.wipes }));
    if (end !== "well") this.#restart(server, readable(server.crash(end)));
    return server.state.term > this.#bounds.terms ? undefined : sent;
  }

  /** Whether a transition is possible at a server and within the bounds. What it takes of a budget is then spent. */
  #isAllowed({ what, stays, end, which }: Choice, place: number): boolean {
    const server = this.#servers[place];
    if (server === undefined || (stays && !this.#takes("duplicates"))) return false;
    const leads = server.state.role.type === "leader";
    if (what === "election" && leads) return false;
    if (what === "heartbeat" && !(leads && this.#takes("heartbeats"))) return false;
    if (what === "propose" && !(leads && this.#takes("proposals"))) return false;
    if (what === "silence" && !hears(server)) return false;
    if ((what === "read" || what === "lease") && !this.#asks(server, what)) return false;
    if (end !== "well" && !this.#takes("crashes")) return false;
    if (what === "lose" && !this.#takes("damage")) return false;
    if (what === "wipe" && !(end === "well" && this.#takes("wipes"))) return false;
    if (what === "snapshot" && !(hasNews(server) && this.#takes("snapshots"))) return false;
    const { asyncDisk } = this.#bounds;
    if (what === "sync" && !(asyncDisk && end === "well")) return false;
    if (what === "crash" ? end === "well" : asyncDisk && end !== "well") return false;
    if (what === "change" && !(leads && this.#takes("changes"))) return false;
    if (what === "transfer" && !(leads && this.#takes("transfers"))) return false;
    if (what === "death" && !(this.#mayBeDead(which, server) && this.#takes("obituaries")))
      return false;
    return true;
  }

  /** The server at a place, for this run alone. */
  #own(place: number): Server {
    const server = copied(this.#server(place));
    this.#servers[place] = server;
    return server;
  }

  #server(place: number): Server {
    const server = this.#servers[place];
    if (server === undefined) throw new RangeError(`there is no server ${place}`);
    return server;
  }

  #eventOf({ what, which }: Choice, packet: Packet | undefined, { disk }: Server): Event<Command> {
    const file = disk.files.at(-1);
    if (what === "snapshot" && file !== undefined)
      return { type: "snapshotTaken", snapshot: file.snapshot };
    if (packet !== undefined) return from(packet.from, packet.message, packet);
    if (what === "propose") return propose(`x${this.#spent.proposals}`);
    if (what === "read" || what === "lease")
      return { type: "read", id: this.#spent.reads, leased: what === "lease" };
    if (what === "silence") return { type: "leaderSilent" };
    if (what === "change") {
      const changes = changesAmong(this.#bounds.nodes)[which] ?? [];
      return { type: "changeMembership", changes };
    }
    if (what === "transfer") return { type: "transfer", target: this.#idOf(which) };
    if (what === "death") return { type: "peerDown", node: this.#idOf(which) };
    return what === "election" ? electionTimeout : heartbeatTimeout;
  }

  #idOf(place: number): NodeId {
    return this.#server(place).config.id;
  }

  /** The supervisor may report any server dead, except a leader that the other one follows. */
  #mayBeDead(place: number, { config, state: { role, term } }: Server): boolean {
    const other = this.#servers[place];
    if (other === undefined || other.config.id === config.id) return false;
    const follows = role.type === "follower" && role.leader === other.config.id;
    return !(follows && other.state.role.type === "leader" && other.state.term === term);
  }

  /** A client asks a server that leads or knows who does. A lease may be valid unless its round is an old one. */
  #asks({ config, state, observed }: Server, what: "read" | "lease"): boolean {
    const { role, term } = state;
    if (role.type === "leader") {
      const round = confirmedRound(observed.env, state, role);
      const isOver = this.#clocks.isOver(term, round);
      if (what === "lease" && (config.leases !== true || isOver)) return false;
    } else if (what === "lease" || role.type !== "follower" || role.leader === undefined)
      return false;
    if (!this.#takes("reads")) return false;
    this.#asked.push({ id: this.#spent.reads, at: config.id, floor: this.#committed.length });
    return true;
  }

  /** Ends the reads that a server has answered or refused in this turn. */
  #answer({ config }: Server): void {
    const ended = this.#effects.flatMap((effect) =>
      effect.type === "readReady" || effect.type === "rejectRead" ? [effect.id] : [],
    );
    this.#asked = this.#asked.filter(({ id, at }) => at !== config.id || !ended.includes(id));
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
    const { effects, next } = server.step(event, sent);
    this.#effects.push(...effects);
    if (server.config.leases && this.#bounds.reads > 0) this.#clocks.tick(server, event, effects);
    for (const following of [...next, ...effects.flatMap((effect) => saved(server, effect))])
      this.#handle(server, following, sent);
  }

  #wrote(server: Server): boolean {
    const { hard, log: onDisk } = server.disk.image;
    const [first, firstOnDisk] = [server.view.firstIndex, onDisk.firstIndex];
    return (
      textOf([hard, firstOnDisk, contentOf(onDisk)]) !==
      textOf([server.hard, first, contentOf(server.view)])
    );
  }

  #sync(server: Server, sent: Packet[]): void {
    server.beginSync();
    for (const event of server.finishSync(sent)) this.#handle(server, event, sent);
    this.#handle(server, { type: "replicate" }, sent);
  }

  #restart(server: Server, disk: Disk, config: Config = server.config): void {
    this.#clocks.restart(server.config.id);
    this.#servers[this.#servers.indexOf(server)] = started(config, disk);
  }

  #remember({ config, state, view }: Server): void {
    if (state.role.type === "leader") this.#leaders[state.term] = config.id;
    const known = this.#committed.length;
    for (const entry of contentOf(view))
      if (entry.index > known && entry.index <= state.commit)
        this.#committed.push(textOf([entry, state.term]));
  }
}

function hears({ config, state: { role } }: Server): boolean {
  return config.quorumBeats > 0 && role.type === "follower" && role.heard;
}

/** All choices of `size` places out of `count`. */
function partsOf(count: number, size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  return Array.from({ length: count }, (_none, at) => at).flatMap((last) =>
    last < size - 1 ? [] : partsOf(last, size - 1).map((rest) => [...rest, last]),
  );
}
