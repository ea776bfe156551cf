import type { Envelope, MailCarrier, Peers } from "@kontiki/actors";
import type { NodeId } from "@kontiki/core";
import { receivedBy, sentTo } from "./subjects.ts";

/** The address of all hosts. */
const ALL = "hosts";

/** What a {@link Relay} needs. */
export type RelayParts = {
  /** The first hosts. Those of nodes have one node each. A host without nodes has clients. */
  readonly peers: Peers;
  /** Carries what goes from node to node. */
  readonly network: MailCarrier;
  readonly publish: (subject: string, bytes: Uint8Array) => void;
};

/** A message of a host on its way: the network sees the nodes of both hosts and the bytes, and opens nothing. */
type Message = Envelope & { readonly subject: string };

/**
 * Takes what hosts send, and sends on what the network of a run lets pass: whatever a host sends to another one is a letter
 * from its node to that of the other host, and in a direction that is cut nothing passes. What clients send and get passes at once,
 * as it does on threads.
 */
export class Relay {
  readonly #parts: RelayParts;
  /** The hosts, and the node of each; undefined for one that has clients. */
  readonly #hosts = new Map<string, NodeId | undefined>();
  /** Hosts that have answered a host with clients, which knows them from then on. */
  readonly #known = new Set<string>();
  readonly #onKnown: () => void;
  /** Resolves when the clients know all nodes. */
  readonly areAllKnown: Promise<void>;

  constructor(parts: RelayParts) {
    this.#parts = parts;
    let onKnown = (): void => {};
    this.areAllKnown = new Promise((resolve) => {
      onKnown = resolve;
    });
    this.#onKnown = onKnown;
    for (const [host, [node]] of Object.entries(parts.peers.hosts))
      this.#hosts.set(host, node as NodeId | undefined);
  }

  /** There is another host, which gets this node. */
  add(host: string, node: NodeId): void {
    this.#hosts.set(host, node);
  }

  /** A host is no more. */
  remove(host: string): void {
    this.#hosts.delete(host);
  }

  /** A message has come to a subject of this cluster. */
  receive(subject: string, bytes: Uint8Array): void {
    const sent = sentTo(this.#parts.peers.cluster, subject);
    if (sent === undefined || !this.#hosts.has(sent.host)) return;
    for (const host of this.#receiversOf(sent.address))
      if (host !== sent.host) this.#pass(sent.host, host, sent.address, bytes);
  }

  #receiversOf(address: string): readonly string[] {
    const names = [...this.#hosts.keys()];
    const [kind, name = ""] = address.split(".");
    if (kind === ALL) return names;
    if (kind === "host") return names.filter((host) => host === name);
    return names.filter((host) => this.#hosts.get(host) === name);
  }

  #pass(from: string, to: string, address: string, bytes: Uint8Array): void {
    const { peers, network } = this.#parts;
    const subject = `${receivedBy(peers.cluster, to)}.${address}`;
    const [sender, receiver] = [this.#hosts.get(from), this.#hosts.get(to)];
    if (sender === undefined || receiver === undefined) {
      this.#parts.publish(subject, bytes);
      // What is sent to all may come before the clients listen: an answer to them does not.
      if (receiver === undefined && address !== ALL) this.#note(from);
      return;
    }
    // The network may keep it: what NATS's client gave is not ours to keep.
    const kept = bytes.slice() as Uint8Array<ArrayBuffer>;
    const message: Message = {
      from: sender,
      to: receiver,
      incarnation: 0,
      bytes: kept,
      subject,
    };
    network(message, (letter) => this.#parts.publish((letter as Message).subject, letter.bytes));
  }

  #note(host: string): void {
    this.#known.add(host);
    const { hosts } = this.#parts.peers;
    const withNodes = Object.keys(hosts).filter((name) => hosts[name]?.length !== 0);
    if (withNodes.every((name) => this.#known.has(name))) this.#onKnown();
  }
}
