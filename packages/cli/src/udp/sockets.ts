import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { KontikiError } from "@kontiki/actors";
import type { NodeId } from "@kontiki/core";
import { badInput } from "../output/check-failure.ts";
import { messageOf } from "../output/error-text.ts";
import { addressOf, type Member } from "./members.ts";

/** What sockets report to their node. */
export type SocketEvents = {
  readonly onDatagram: (bytes: Uint8Array) => void;
  /** Something could not be sent or received. The datagram counts as lost. */
  readonly onTrouble: (problem: string) => void;
};

/**
 * A node's sockets: one that listens at its address, and one that sends. As in the original, an answer never goes to the
 * source address of a datagram, only to the configured address of its sender.
 */
export class Sockets {
  readonly #listening: Socket;
  readonly #sending: Socket;
  readonly #members: ReadonlyMap<NodeId, Member>;
  readonly #events: SocketEvents;

  private constructor(members: readonly Member[], events: SocketEvents) {
    this.#members = new Map(members.map((member) => [member.id, member]));
    this.#events = events;
    this.#listening = createSocket("udp4");
    this.#sending = createSocket("udp4");
  }

  /** Listens as `self`, one of `members`. @throws CheckFailure, KontikiError when the address cannot be used. */
  static async open(
    self: Member,
    members: readonly Member[],
    events: SocketEvents,
  ): Promise<Sockets> {
    const sockets = new Sockets(await Promise.all(members.map(resolved)), events);
    await sockets.#listen(self);
    return sockets;
  }

  send(to: NodeId, bytes: Uint8Array): void {
    const member = this.#members.get(to);
    if (member === undefined) return;
    this.#sending.send(bytes, member.port, member.host, (error) => {
      if (error !== null)
        this.#events.onTrouble(`cannot send to ${to} at ${addressOf(member)}: ${messageOf(error)}`);
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#listening, this.#sending].map(closed));
  }

  async #listen(self: Member): Promise<void> {
    const { port, host } = this.#members.get(self.id) ?? self;
    try {
      this.#listening.bind({ port, address: host, exclusive: true });
      await once(this.#listening, "listening");
    } catch (error) {
      await this.close();
      throw refusal(error as NodeJS.ErrnoException, self);
    }
    const { onDatagram, onTrouble } = this.#events;
    this.#listening.on("message", onDatagram);
    this.#listening.on("error", (error) => onTrouble(`cannot receive: ${messageOf(error)}`));
    this.#sending.on("error", (error) => onTrouble(`cannot send: ${messageOf(error)}`));
  }
}

/** Looks up a host's name once: a lookup for each datagram would be slow, and its result could change. */
async function resolved(member: Member): Promise<Member> {
  try {
    const { address } = await lookup(member.host, { family: 4 });
    return { ...member, host: address };
  } catch (error) {
    throw new KontikiError(
      `cannot find the host ${member.host} of ${member.id}: ${messageOf(error)}; correct --nodes`,
    );
  }
}

function refusal(error: NodeJS.ErrnoException, self: Member): Error {
  const address = addressOf(self);
  if (error.code === "EADDRINUSE") {
    return badInput(
      `${address} is in use: does ${self.id} run already? Stop it, or use --nodes to name other ports`,
    );
  }
  return new KontikiError(
    `cannot listen at ${address}: ${messageOf(error)}; use --nodes to name another address`,
  );
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    try {
      socket.close(resolve);
    } catch {
      resolve();
    }
  });
}
