import type { MessagePort } from "node:worker_threads";
import type { NodeId } from "@kontiki/core";
import type { HostAnswer } from "../hosts/host-questions.ts";
import type { Envelope } from "../mail/protocol.ts";
import type { ClusterEvent } from "../mail/status.ts";
import { MAILBOX_DEFAULTS } from "../mailboxes/router.ts";
import type { NodeState, Publication } from "./supervision.ts";
import type { ToProgram } from "./supervisor-options.ts";
import type { Supervisor } from "./supervisor.ts";
import type { NodeThread } from "./thread.ts";

/** Dead letters may be many: their counts are published at most this often, in ms. */
const COUNTS_MS = 10;

/** Publishes to the program what its supervisor does and learns. */
export class Publisher {
  readonly #supervisor: Supervisor;
  readonly #port: MessagePort;
  #counts: NodeJS.Timeout | undefined;
  #hasNewCounts = false;
  /** Whether the program has not taken the last counts yet: it may be busy for long. */
  #isCounting = false;
  /** Letters that were posted since the program last took some. */
  #untaken = 0;
  /** What the program was asked, by number. */
  readonly #asked = new Map<number, ToProgram["answer"]>();
  #questions = 0;
  /** What is published together, and the ports in it. */
  #batch: Publication[] = [];
  #ports: MessagePort[] = [];

  constructor(supervisor: Supervisor, port: MessagePort) {
    this.#supervisor = supervisor;
    this.#port = port;
    const { events } = supervisor;
    events.on("life", (node) => this.#publishNode(node));
    events.on("up", (node, incarnation, thread) => this.#publishUp(node, incarnation, thread));
    events.on("down", (node, incarnation) => this.#post({ type: "down", node, incarnation }));
    events.on("event", (event) => {
      if (!isReported(event)) this.#post({ type: "event", event });
    });
    events.on("heard", (host) => this.#publishHeard(host));
    events.on("asked", ({ question, answer }) => {
      this.#questions += 1;
      this.#asked.set(this.#questions, answer);
      this.#post({ type: "asked", id: this.#questions, question });
    });
    events.on("mail", (letter) => this.#publishMail(letter));
    events.on("deadLetters", () => {
      this.#hasNewCounts = true;
      this.#publishCountsSoon();
    });
  }

  /** The program has taken the last counts, and all letters before them. */
  counted(): void {
    this.#isCounting = false;
    this.#untaken = 0;
    this.#publishCountsSoon();
  }

  /** The program answers a question of another host. */
  answered(question: number, answer: HostAnswer): void {
    this.#asked.get(question)?.(answer);
    this.#asked.delete(question);
  }

  /** Publishes how many letters could not be delivered so far. */
  publishCounts(): void {
    clearTimeout(this.#counts);
    this.#counts = undefined;
    this.#hasNewCounts = false;
    this.#isCounting = true;
    this.#post({ type: "deadLetters", counts: this.#supervisor.deadLetters });
  }

  #publishCountsSoon(): void {
    if (this.#isCounting || !this.#hasNewCounts) return;
    this.#counts ??= setTimeout(() => this.publishCounts(), COUNTS_MS);
  }

  /** A program that blocks its thread takes none: then no more wait for it than fit into a mailbox. */
  #publishMail(letter: Envelope): void {
    if (this.#untaken >= MAILBOX_DEFAULTS.letters) return this.#supervisor.dropped(letter);
    this.#untaken += 1;
    // A copy: else the memory of all that came with it would be copied.
    this.#post({ type: "mail", letter: { ...letter, bytes: letter.bytes.slice() } });
    if (this.#untaken * 2 > MAILBOX_DEFAULTS.letters && !this.#isCounting) this.publishCounts();
  }

  #publishHeard(host: string): void {
    const known = this.#supervisor.otherHost(host);
    if (known === undefined) return;
    this.#post({ type: "heard", host, nodes: known.nodes, view: known.view });
  }

  #publishNode(node: NodeId): void {
    const child = this.#supervisor.child(node);
    if (child === undefined) return;
    const { id, uid, life, incarnation, restarts } = child.status();
    const { isPaused, thread, disk } = child;
    const hasThread = thread !== undefined;
    const { shared: counters } = child.counters;
    const state: NodeState = {
      id,
      uid,
      life,
      incarnation,
      restarts,
      hasThread,
      isPaused,
      counters,
      disk: child.faults && disk,
    };
    this.#post({ type: "node", state });
  }

  #publishUp(node: NodeId, incarnation: number, thread: NodeThread): void {
    const { program: lanes } = thread.mail;
    const control = thread.passControl();
    if (lanes === undefined || control === undefined) return;
    this.#post({ type: "up", node, incarnation, lanes, control });
    this.#ports.push(control);
  }

  /** What happens at once is published at once: a life and the event of it. It leaves before the answer to an order. */
  #post(publication: Publication): void {
    if (this.#batch.push(publication) === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#port.postMessage(this.#batch, this.#ports);
    this.#batch = [];
    this.#ports = [];
  }
}

/** Whether the program makes that event itself, from what the node reports to it. */
function isReported({ type }: ClusterEvent): boolean {
  return type === "leader" || type === "membership" || type === "trouble" || type === "repaired";
}
