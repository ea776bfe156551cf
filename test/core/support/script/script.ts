import {
  index,
  isNodeId,
  makeConfig,
  nodeId,
  term,
  type Change,
  type Config,
  type Entry,
  type Event,
  type NodeId,
} from "@kontiki/core";
import type { Lab, Packet } from "./lab.ts";

/**
 * Runs the lines of a script on a lab. The language is described in `test/core/traces.test.ts`.
 *
 * @param lost receives each message that a line loses on purpose, or that a cut network loses.
 * @throws Error for a line that it cannot read.
 */
export class Script<C> {
  readonly #lab: Lab<C>;
  readonly #commandOf: (word: string) => C;
  readonly #lost: (packet: Packet<C>) => void;
  #shared: Omit<Config, "id" | "uid"> | undefined;

  constructor(lab: Lab<C>, commandOf: (word: string) => C, lost: (packet: Packet<C>) => void) {
    this.#lab = lab;
    this.#commandOf = commandOf;
    this.#lost = lost;
  }

  /** Runs one line. */
  run(line: string): void {
    const [verb = "", ...words] = line.split(" ");
    if (this.#about(verb, words) || this.#network(verb, words)) return;
    const [who, ...rest] = words;
    if (who === undefined || !isNodeId(who)) throw new Error(`cannot read: ${line}`);
    const event = this.#eventOf(verb, rest);
    if (event !== undefined) this.#lab.event(who, event);
    else if (!this.#machine(verb, who, rest)) throw new Error(`cannot read: ${line}`);
  }

  /** Lines that set up a cluster. */
  #about(verb: string, words: readonly string[]): boolean {
    if (verb === "cluster") {
      const voters = words.filter((word) => !word.includes("=")).map(nodeId);
      const options = words.filter((word) => word.includes("=")).map(optionOf);
      const fields = Object.fromEntries(options) as Partial<Config>;
      this.#shared = makeConfig({ id: nodeId("nobody"), voters, ...fields });
      for (const id of voters) this.#lab.start(this.#configOf(id, 0));
      return true;
    }
    if (verb !== "server") return false;
    const [name = "", uid = "0"] = (words[0] ?? "").split("/");
    this.#lab.start(this.#configOf(nodeId(name), Number(uid)));
    return true;
  }

  #configOf(id: NodeId, uid: number): Config {
    if (this.#shared === undefined) throw new Error("a script begins with a cluster");
    return { ...this.#shared, id, uid };
  }

  #eventOf(verb: string, words: readonly string[]): Event<C> | undefined {
    const [first] = words;
    switch (verb) {
      case "timeout":
        return { type: "electionTimeout" };
      case "silent":
        return { type: "leaderSilent" };
      case "heartbeat":
        return { type: "heartbeatTimeout" };
      case "propose":
        return { type: "propose", commands: words.map(this.#commandOf) };
      case "read":
        return { type: "read", id: Number(first), leased: words[1] === "leased" };
      case "change":
        return { type: "changeMembership", changes: changesOf(words) };
      case "transfer":
        return { type: "transfer", target: first === undefined ? undefined : nodeId(first) };
      case "gone":
        return { type: "peerDown", node: nodeId(first ?? "") };
      case "durable": {
        const [at, inTerm] = (first ?? "").split("@");
        return { type: "durable", index: index(Number(at)), term: term(Number(inTerm)) };
      }
      case "compact":
        return { type: "compact", keptEntries: Number(first) };
      default:
        return undefined;
    }
  }

  /** Lines about a process or its disk. */
  #machine(verb: string, who: NodeId, words: readonly string[]): boolean {
    const lab = this.#lab;
    const [first] = words;
    switch (verb) {
      case "disk":
        lab.start(lab.server(who).config, diskOf(words));
        return true;
      case "crash":
        lab.crash(who);
        return true;
      case "restart":
        lab.restart(who);
        return true;
      case "damage":
        lab.restart(who, Number(first));
        return true;
      case "wipe":
        lab.start(this.#configOf(who, Number(first)));
        return true;
      case "slow":
        lab.setSlow(who, true);
        return true;
      case "fast":
        lab.setSlow(who, false);
        return true;
      case "sync":
        lab.sync(who);
        return true;
      case "snapshot":
        lab.takeSnapshot(who, Number(first));
        return true;
      case "spoil":
        lab.spoilSnapshot(who);
        return true;
      case "forget":
        lab.removeOldSnapshots(who);
        return true;
      default:
        return false;
    }
  }

  #network(verb: string, words: readonly string[]): boolean {
    switch (verb) {
      case "deliver":
        if (words.length === 0) this.#deliverAll();
        else for (const packet of this.#chosen(words)) this.#deliver(packet);
        return true;
      case "drop":
        for (const packet of this.#chosen(words)) this.#lose(packet);
        return true;
      case "cut":
        this.#lab.partition(groupsOf(words));
        return true;
      case "heal":
        this.#lab.partition(undefined);
        return true;
      default:
        return false;
    }
  }

  /** Delivers until no message is in flight. */
  #deliverAll(): void {
    for (let left = DELIVERIES_MAX; left > 0; left -= 1) {
      const [packet] = this.#lab.packets;
      if (packet === undefined) return;
      this.#deliver(packet);
    }
    throw new Error("the servers never stop sending");
  }

  #deliver(packet: Packet<C>): void {
    const reached = this.#lab.reaches(packet.from, packet.to);
    const target = this.#lab.servers.find(({ config }) => config.id === packet.to);
    if (reached && target?.isUp === true) this.#lab.deliver(packet);
    else this.#lose(packet);
  }

  #lose(packet: Packet<C>): void {
    this.#lab.drop(packet);
    this.#lost(packet);
  }

  /** Messages in flight on links such as `a->b`, `a->*`, `*->b`: all of them, the first, or the last. */
  #chosen([link = "", which]: readonly string[]): readonly Packet<C>[] {
    const [from, to] = link.split("->");
    const found = this.#lab.packets.filter(
      (packet) => [packet.from, "*"].includes(from ?? "") && [packet.to, "*"].includes(to ?? ""),
    );
    if (found.length === 0) throw new Error(`no message is in flight on ${link}`);
    if (which === "first") return found.slice(0, 1);
    return which === "last" ? found.slice(-1) : found;
  }
}

const DELIVERIES_MAX = 1000;

/** `keptEntries=0`, `preVote=no`: a field of the configuration. */
function optionOf(word: string): readonly [string, number | boolean] {
  const [name = "", value = ""] = word.split("=");
  return [name, value === "yes" || (value === "no" ? false : Number(value))];
}

/** `cut a b | c`: two groups. */
function groupsOf(words: readonly string[]): readonly (readonly NodeId[])[] {
  return words
    .join(" ")
    .split(" | ")
    .map((group) => group.split(" ").map(nodeId));
}

/** `term 3 vote b log 1 1 2`: what a disk holds, no-ops of these terms. */
function diskOf(words: readonly string[]): {
  readonly hard: { readonly term: ReturnType<typeof term>; readonly votedFor: NodeId | undefined };
  readonly entries: readonly Entry<never>[];
} {
  const after = (word: string): readonly string[] => {
    const at = words.indexOf(word);
    return at === -1 ? [] : words.slice(at + 1);
  };
  const [inTerm = 0] = after("term");
  const [vote] = after("vote");
  const entries = after("log").map((each, at): Entry<never> => ({
    type: "noop",
    index: index(at + 1),
    term: term(Number(each)),
  }));
  const votedFor = vote === undefined ? undefined : nodeId(vote);
  return { hard: { term: term(Number(inTerm)), votedFor }, entries };
}

/** `voter d/4, remove a`: changes, separated by commas. */
function changesOf(words: readonly string[]): readonly Change[] {
  return words
    .join(" ")
    .split(", ")
    .map((change): Change => {
      const [verb, who = "", , instead] = change.split(" ");
      const [name = "", uid = "0"] = who.split("/");
      const node = nodeId(name);
      switch (verb) {
        case "voter":
          return { type: "addVoter", node, uid: Number(uid) };
        case "learner":
        case "promote": {
          const replaces = instead === undefined ? undefined : nodeId(instead);
          const promote = verb === "promote";
          return { type: "addLearner", node, uid: Number(uid), promote, replaces };
        }
        case "remove":
          return { type: "remove", node };
        default:
          throw new Error(`there is no such change: ${change}`);
      }
    });
}
