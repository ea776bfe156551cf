import { randomInt } from "node:crypto";
import {
  ClientDriver,
  COMMAND_BYTES_MAX,
  FileDisk,
  openDataDirectory,
  type DataDirectory,
  type Outcome,
} from "@kontiki/actors";
import {
  encodeCommand,
  HEADER_BYTES,
  isClientAddress,
  makeMachine,
  NodeRunner,
  openNode,
  outcomeOf,
  probe,
  quorumBeats,
  ReadIds,
  SNAPSHOT_DEFAULTS,
  type Address,
  type NodeSetup,
  type ProposalEnd,
  type RunnerPorts,
  type Slice,
} from "@kontiki/actors/node";
import { makeConfig, type NodeId } from "@kontiki/core";
import type { Json } from "./json.ts";
import { Mailbox } from "./mailbox.ts";
import { MaelstromMachine, type MaelstromCommand, type MaelstromQuery } from "./machine.ts";

/** A letter between two processes. */
export type Mail = {
  readonly to: Address;
  readonly from: Address;
  /** In base64. */
  readonly mail: string;
};

/** What a member is made of. */
export type MemberSetup = {
  readonly id: NodeId;
  /** All members, this one included. Each process has the same list. */
  readonly members: readonly NodeId[];
  /** Its folder. What an earlier process kept there is used. */
  readonly directory: string;
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** How long a request is tried, in ms. */
  readonly timeoutMs: number;
  readonly send: (to: NodeId, mail: Mail) => void;
  readonly onTrouble: (text: string) => void;
};

/** Most members: the place of one among them is a part of its client's number, so that answers find its process. */
export const MEMBERS_MAX = 256;

/**
 * Ids of reads begin with a number below this for each start of a process. It is drawn: an answer from before a restart is
 * then for another read, unless one draw in a million falls on the number before.
 */
const STARTS_MAX = 2 ** 20;

/**
 * A node and a client in one process: Kontiki's node, its disk and its client as on threads, with mail that travels through
 * Maelstrom's network, where it may be lost, late, or cut off.
 */
export class Member {
  readonly #setup: MemberSetup;
  readonly #data: DataDirectory;
  readonly #mailbox: Mailbox;
  readonly #runner: NodeRunner;
  readonly #client: ClientDriver;

  /** @throws KontikiError when the folder is in use, damaged, or holds something else. */
  constructor(setup: MemberSetup) {
    const { id, members, directory, electionTimeoutMs, heartbeatMs, onTrouble } = setup;
    this.#setup = setup;
    this.#data = openDataDirectory(directory, [id]);
    const times = { attemptMs: 4 * electionTimeoutMs, backoffMs: heartbeatMs / 2 };
    this.#client = new ClientDriver(clientIdFor(id, members), members, times, (envelope) => {
      this.#deliver(envelope.from, envelope.to, envelope.bytes);
      return undefined;
    });
    this.#mailbox = new Mailbox({
      onMail: (mail) => {
        for (const { to, bytes } of mail) this.#deliver(id, to, bytes);
      },
      onTrouble,
    });
    this.#runner = startedRunner(setup, this.#data.pathOf(id), this.#mailbox);
  }

  /** Has a command applied. */
  propose(command: MaelstromCommand): Promise<Outcome<Json>> {
    return this.#ended(command, (bytes, onEnd) =>
      this.#client.propose(bytes, this.#setup.timeoutMs, onEnd),
    );
  }

  /** Asks a question, linearizably. */
  read(query: MaelstromQuery): Promise<Outcome<Json>> {
    const options = { consistency: "linearizable", timeoutMs: this.#setup.timeoutMs } as const;
    return this.#ended(query, (bytes, onEnd) => this.#client.read(bytes, options, onEnd));
  }

  /** Takes a letter from another process. One that is for neither its node nor its client is dropped. */
  receive({ to, from, mail }: Mail): void {
    const bytes = new Uint8Array(Buffer.from(mail, "base64"));
    if (to === this.#setup.id || to === this.#client.address) this.#deliver(from, to, bytes);
  }

  /** Ends all requests, and releases the disk with everything synced. */
  close(): void {
    this.#client.close("the process ends");
    this.#runner.stop();
    this.#data.close();
  }

  #deliver(from: Address, to: Address, bytes: Uint8Array<ArrayBuffer>): void {
    const { id, members, send } = this.#setup;
    if (to === id) this.#mailbox.put({ type: "mail", from, incarnation: 0, bytes });
    else if (to === this.#client.address) this.#client.receive({ to, from, incarnation: 0, bytes });
    else {
      const owner = isClientAddress(to) ? ownerOf(to, members) : to;
      if (owner !== undefined)
        send(owner, { to, from, mail: Buffer.from(bytes).toString("base64") });
    }
  }

  #ended(
    content: MaelstromCommand | MaelstromQuery,
    ask: (bytes: Slice, onEnd: (end: ProposalEnd) => void) => void,
  ): Promise<Outcome<Json>> {
    return new Promise((resolve) => {
      const bytes = encodeCommand(content);
      const size = HEADER_BYTES + bytes.to - bytes.from;
      if (size > COMMAND_BYTES_MAX) {
        const reason = `the request has ${size} bytes; the most is ${COMMAND_BYTES_MAX}`;
        return resolve({ type: "definitelyNot", reason });
      }
      ask(bytes, (end) =>
        resolve(end.type === "answered" ? (outcomeOf(end.result) as Outcome<Json>) : end),
      );
    });
  }
}

/** A number that no other client has, and that tells in whose process it is. */
function clientIdFor(id: NodeId, members: readonly NodeId[]): number {
  return randomInt(1, 2 ** 32) * MEMBERS_MAX + members.indexOf(id);
}

function ownerOf(client: `client/${string}`, members: readonly NodeId[]): NodeId | undefined {
  return members[Number(client.slice("client/".length)) % MEMBERS_MAX];
}

function startedRunner(setup: MemberSetup, path: string, port: Mailbox): NodeRunner {
  const { id, members, electionTimeoutMs, heartbeatMs } = setup;
  const disk = new FileDisk(path);
  const config = makeConfig({
    id,
    voters: members,
    quorumBeats: quorumBeats(electionTimeoutMs, heartbeatMs),
  });
  const readIds = new ReadIds(randomInt(1, STARTS_MAX));
  const node = (): NodeSetup => ({
    config,
    disk,
    machine: makeMachine(() => new MaelstromMachine(), "kontiki maelstrom"),
    readIds,
    policy: SNAPSHOT_DEFAULTS,
    lease: undefined,
    tracer: () => undefined,
  });
  const ports: RunnerPorts = {
    port,
    lengths: { electionTimeoutMs, heartbeatMs, patience: 0 },
    clock: CLOCK,
    soon: (callback) => {
      const next = setImmediate(callback);
      return () => clearImmediate(next);
    },
    whenSyncable: (callback) => callback(),
    open: () => {
      probe(disk);
      return openNode(node());
    },
    onNotice: () => {},
  };
  const runner = new NodeRunner(ports, openNode(node()));
  runner.start();
  return runner;
}

const CLOCK: RunnerPorts["clock"] = {
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  nowMs: () => performance.now(),
  // The thread that carries the mail is the node's own, so whenever a timer fires the mail before it was read.
  pulses: () => Math.floor(performance.now() / 20),
};
