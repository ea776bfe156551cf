import { randomBytes } from "node:crypto";
import type { NodeId } from "@kontiki/core";
import type { ClientAddress } from "../mail/address.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";
import { MemoryDisk } from "../storage/disk/memory-disk.ts";
import { nodesOf, type HostSpec } from "./host-spec.ts";
import type { HostView } from "./host-view.ts";
import type { HostMessage, Position, PresentNode, Sender } from "./host-wire.ts";
import { KeptLedger } from "./kept-ledger.ts";
import { OtherHosts, SILENT_MS } from "./other-hosts.ts";

/** Where every host receives. */
export const ALL = "hosts";

/** How often a host presents itself, in ms: what it sent before may be lost. */
const HELLO_MS = 1_000;

/** How often what other nodes have promised is written to the disk, in ms. */
const LEDGER_MS = 5_000;

/** The most bytes of what a host knows of others: a few hundred for each of at most nine nodes. */
const LEDGER_BYTES_MAX = 2 ** 20;

export type Hello = HostMessage & { readonly type: "hello" };

/** What the presence of a host needs. */
export type PresencePorts = {
  /** The nodes of this host that have been up, as they recovered. */
  readonly present: () => readonly PresentNode[];
  /** How many nodes this host has, also those that have not been up. */
  readonly count: () => number;
  /** What a node of this host has promised. */
  readonly positionOf: (node: NodeId) => Position;
  /** What the nodes of this host know of the leader. */
  readonly view: () => HostView | undefined;
  /** A node of this host must not run, and why. */
  readonly refuse: (node: NodeId, why: string) => void;
  /** What is known of another host is other than before, or known again. */
  readonly onHeard: (host: string) => void;
  readonly post: (address: string, message: HostMessage) => void;
};

/**
 * Who is there: presents this host to the others, and takes in how they present themselves.
 *
 * A node of another host takes part once it was presented, unless the ledger knows something against it.
 */
export class HostPresence {
  readonly others = new OtherHosts();
  readonly sender: Sender;
  readonly ledger: KeptLedger;
  readonly #spec: HostSpec;
  readonly #ports: PresencePorts;
  /** The nodes of this host that others refuse, with their disks. */
  readonly #refused = new Map<NodeId, number>();
  #client: ClientAddress | undefined;
  #timers: readonly NodeJS.Timeout[] = [];

  constructor(spec: HostSpec, ports: PresencePorts) {
    this.#spec = spec;
    this.#ports = ports;
    this.sender = { host: spec.host, life: randomBytes(8).toString("hex") };
    this.ledger = new KeptLedger(
      spec.path === undefined
        ? new MemoryDisk({ maxFileBytes: LEDGER_BYTES_MAX })
        : new FileDisk(spec.path),
      spec.peers.cluster,
    );
  }

  /** Presents this host from now on. */
  begin(): void {
    this.sayHello(ALL, true);
    this.#timers = [
      setInterval(() => this.sayHello(ALL, false), HELLO_MS),
      setInterval(() => this.ledger.save(), LEDGER_MS),
    ];
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.ledger.save();
  }

  /** The client of this host's program, which others know from now on. */
  clientIs(client: ClientAddress): void {
    this.#client = client;
    this.sayHello(ALL, false);
  }

  /** The hosts of the peers from which nothing is heard. */
  silent(): readonly string[] {
    const { peers, host } = this.#spec;
    return Object.keys(peers.hosts).filter(
      (other) => other !== host && !this.others.isHeard(other, SILENT_MS),
    );
  }

  /** Presents this host. @param asks whether the others should present themselves in return. */
  sayHello(address: string, asks: boolean): void {
    this.#ports.post(address, this.#hello(asks));
  }

  /** A host has presented itself. Returns whether it may have these nodes. */
  onHello(hello: Hello): boolean {
    const { host, life, start, nodes, asks } = hello;
    if (nodes.some((node) => this.#isOthers(host, node))) return false;
    if (host === this.#spec.host) {
      for (const node of nodes) this.#onOtherOwner(node, hello);
      return true;
    }
    const refused = this.ledger.present(nodes.map((node) => ({ ...node, start, life })));
    for (const [node, why] of refused) this.#sendRefusal(host, life, node, why);
    // It says hello again without those that are refused. Until then the host that had them may be there.
    if (refused.size > 0) return true;
    const names = nodes.map(({ node }) => node);
    this.others.heard(host, { ...hello, nodes: names });
    if (asks) this.sayHello(`host.${host}`, false);
    this.#ports.onHeard(host);
    return true;
  }

  /** Another host refuses a node of this one. */
  onRefusal({ to, node, why }: HostMessage & { readonly type: "refusal" }): void {
    if (to === this.sender.life) this.#refuse(node, why);
  }

  /** Whether the peers give a node to another host: only its first disk can be there. */
  #isOthers(host: string, { node, uid }: PresentNode): boolean {
    const { peers } = this.#spec;
    return uid === 0 && !nodesOf(peers, host).includes(node);
  }

  /**
   * Another process has a node of this host: both have a copy of its folder, or are set up wrongly. The one that lacks
   * something of the other one ends, else the one that started less often, and both if they started equally often.
   *
   * A hello says what a node has recovered. The process that started less often may have more by now, so it judges, once
   * its own node is up: the other one only presents itself. Of two that started equally often each one judges the other, so
   * the one that ends says once more what it had.
   */
  #onOtherOwner(present: PresentNode, { host, life, start }: Hello): void {
    const { node, uid, mark, last } = present;
    if (!this.#ports.present().some((each) => each.node === node)) return;
    if (start < this.#spec.start) return this.sayHello(`host.${host}`, false);
    const own = this.#ports.positionOf(node);
    const lacks = uid < own.uid || (uid === own.uid && (mark < own.mark || last < own.commit));
    const text = (of: string, times: number): string =>
      `two processes have ${node}: host ${of} runs it as well, in start ${times} of its folder`;
    if (lacks) return this.#sendRefusal(host, life, node, text(this.#spec.host, this.#spec.start));
    const hello = this.#hello(false);
    this.#refuse(node, text(host, start));
    if (start === this.#spec.start) this.#ports.post(`host.${host}`, hello);
  }

  #hello(asks: boolean): Hello {
    const nodes = this.#ports.present().filter(({ node, uid }) => this.#refused.get(node) !== uid);
    return {
      type: "hello",
      ...this.sender,
      start: this.#spec.start,
      asks,
      client: this.#client,
      nodes,
      withheld: this.#ports.count() - nodes.length,
      view: this.#ports.view(),
    };
  }

  #sendRefusal(host: string, life: string, node: NodeId, why: string): void {
    this.#ports.post(`host.${host}`, { type: "refusal", ...this.sender, to: life, node, why });
  }

  #refuse(node: NodeId, why: string): void {
    const own = this.#ports.present().find((each) => each.node === node);
    if (own === undefined || this.#refused.get(node) === own.uid) return;
    this.#refused.set(node, own.uid);
    this.#ports.refuse(node, why);
    this.sayHello(ALL, true);
  }
}
