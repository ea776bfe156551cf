import { MessageChannel, receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import { onTestFinished } from "vitest";
import { DiskError } from "../../../packages/actors/src/storage/disk/disk.ts";
import type { NodeCounters } from "../../../packages/actors/src/metrics/node-counters.ts";
import type { Letter } from "../../../packages/actors/src/node/letter.ts";
import type { NodePort } from "../../../packages/actors/src/node/node-port.ts";
import { NodeRunner } from "../../../packages/actors/src/node/node-runner.ts";
import type { Opened, RunnerPorts } from "../../../packages/actors/src/node/runner-ports.ts";
import { Orders } from "../../../packages/actors/src/node/orders.ts";
import type { FromNode, ToNode } from "../../../packages/actors/src/mail/protocol.ts";
import { opened, type Bench } from "./actors.ts";
import { ChannelPort } from "./channel-port.ts";
import { FakeClock } from "./fake-clock.ts";

/** The result of opening a disk; with a promise a test decides when. */
type Opening = () => Bench | Promise<Bench>;

/** Letters that arrive through the port. */
type Posted = Letter & { readonly type: "mail" | "obituary" };

export const LENGTHS = { electionTimeoutMs: 300, heartbeatMs: 50, patience: 0 };

/** A node in this thread under its runner, with the supervisor's end of its port, orders, and a disk that may fail. */
export class RunnerStage {
  readonly clock = new FakeClock();
  readonly runner: NodeRunner;
  readonly orders = new Orders();
  /** The results of reopening the disk, one after another; further attempts are an error. */
  readonly openings: Opening[] = [];
  readonly #port: MessagePort;
  readonly #mailbox: WokenPort;

  constructor(at: Bench, damage?: string, counters?: NodeCounters) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#mailbox = new WokenPort(port2);
    // The shortest election timeout passes at 300 ms, the whole of it at 450.
    this.clock.chance = 0.5;
    const open = async (): Promise<Opened> => {
      const opening = this.openings.shift();
      if (opening === undefined) throw new Error("the disk is opened once too often");
      return openedOf(await opening());
    };
    const { clock, orders } = this;
    const onNotice = orders.onNotice.bind(orders);
    const ports: RunnerPorts = {
      ...THREAD,
      port: this.#mailbox,
      lengths: LENGTHS,
      clock,
      open,
      onNotice,
      counters,
    };
    this.runner = new NodeRunner(ports, openedOf(at, damage));
    orders.attach(this.runner);
    onTestFinished(() => this.runner.stop());
    this.runner.start();
  }

  /** Runs a turn that takes these letters. */
  turn(...letters: readonly Posted[]): void {
    this.post(...letters);
    this.wake();
  }

  /** Runs a turn that takes all waiting letters. */
  wake(): void {
    this.#mailbox.wake();
  }

  /** Adds letters for the next turn. */
  post(...letters: readonly Posted[]): void {
    for (const letter of letters) this.#port.postMessage(letter);
  }

  /** The reports to the supervisor since the last call: mail with its contents, and all others except status. */
  told(): readonly unknown[] {
    const told: unknown[] = [];
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as
        { readonly message: FromNode } | undefined;
      if (received === undefined) return told;
      const { message } = received;
      if (message.type !== "turn") told.push(message);
      else told.push(...opened(message.mail));
    }
  }

  /** The reported states of the node, with letters taken and malformed, since the last call. */
  statuses(): readonly unknown[] {
    const told: unknown[] = [];
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as
        { readonly message: FromNode } | undefined;
      if (received === undefined) return told;
      const { message } = received;
      if (message.type !== "turn") continue;
      const { taken, malformed, raft } = message;
      const status = raft && { role: raft.role, term: raft.term, leader: raft.leader };
      told.push({ ...status, taken: taken.letters, malformed });
    }
  }
}

/** Makes the next call of a method fail, as a disk does. */
export function failOnce<T extends object>(of: T, call: keyof T & string): void {
  const own = Object.getOwnPropertyDescriptor(of, call);
  const value = (): never => {
    if (own === undefined) Reflect.deleteProperty(of, call);
    else Object.defineProperty(of, call, own);
    throw new DiskError(`cannot ${call}`, "EIO");
  };
  Object.defineProperty(of, call, { value, configurable: true, writable: true });
}

/** Makes the next sync of a stage's disk take this long. */
export function syncSlowly({ storage }: Bench, { clock }: RunnerStage, ms: number): void {
  const sync = storage.sync.bind(storage);
  storage.sync = () => {
    storage.sync = sync;
    clock.now += ms;
    return sync();
  };
}

/** Waits for a turn of the event loop: what depends only on promises has happened then. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** The port of a node. A test decides when its letters are noticed, independently of the event loop. */
export class WokenPort implements NodePort {
  readonly #port: ChannelPort;
  #onLetters = (): void => {};

  constructor(port: MessagePort) {
    this.#port = new ChannelPort(port);
  }

  /** Makes the node notice the waiting letters. */
  wake(): void {
    this.#onLetters();
  }

  receive(): ToNode | undefined {
    return this.#port.receive();
  }

  post(message: FromNode): void {
    this.#port.post(message);
  }

  onLetters(callback: () => void): void {
    this.#onLetters = callback;
    this.#port.onLetters(callback);
  }

  close(): void {
    this.#port.close();
  }
}

/** How a runner waits in a thread. */
export const THREAD: Pick<RunnerPorts, "soon" | "whenSyncable"> = {
  soon(callback) {
    const next = setImmediate(callback);
    return () => clearImmediate(next);
  },
  whenSyncable: (callback) => callback(),
};

function openedOf({ actor, storage }: Bench, damage?: string): Opened {
  return { actor, storage, damage };
}
