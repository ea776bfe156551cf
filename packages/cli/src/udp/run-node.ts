import type { Writable } from "node:stream";
import type { Host } from "../host/host.ts";
import { write } from "../output/write.ts";
import type { Notes } from "../output/notes.ts";
import type { Draw } from "./commands-of.ts";
import { openDiskKeeper } from "./disk-keeper.ts";
import { Inbox } from "./inbox.ts";
import { configFor } from "./interop.ts";
import { FORGETFUL, NOTHING_KEPT, type Keeper, type Kept } from "./keeper.ts";
import type { Member } from "./members.ts";
import type { Printer } from "./printer.ts";
import { Sockets } from "./sockets.ts";
import type { Command } from "./turn.ts";
import { UdpNode } from "./udp-node.ts";
import { encodeDatagram } from "./wire.ts";

export type UdpRun = {
  readonly self: Member;
  /** All nodes of the cluster, `self` included. */
  readonly members: readonly Member[];
  /** Where to keep term, vote and log; undefined: nowhere. */
  readonly data: string | undefined;
  /** An election timeout is drawn evenly from this to twice this. */
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** When to end without an interruption; undefined: never. */
  readonly seconds: number | undefined;
};

/**
 * Runs a node until it is interrupted or its time is over.
 *
 * @throws CheckFailure when its port is in use, KontikiError when its directory or its address cannot be used, or its disk fails.
 */
export async function runNode(
  run: UdpRun,
  printer: Printer,
  notes: Notes,
  { stdout, signal }: Host,
): Promise<void> {
  const inbox = new Inbox();
  const end = (): void => inbox.end();
  signal.addEventListener("abort", end);
  const seconds = run.seconds === undefined ? undefined : setTimeout(end, run.seconds * 1000);
  try {
    // Before its folder: a port that is in use leaves nothing there.
    const sockets = await Sockets.open(run.self, run.members, {
      onDatagram: (bytes) => inbox.push(bytes),
      onTrouble: onceEach((problem) => notes.note(problem)),
    });
    try {
      if (signal.aborted) return;
      const { keeper, kept } = open(run);
      try {
        await new Driver(nodeOf(run, keeper, kept), sockets, inbox, run).run(printer, stdout);
      } finally {
        keeper.close();
      }
    } finally {
      await sockets.close();
    }
  } finally {
    clearTimeout(seconds);
    signal.removeEventListener("abort", end);
  }
}

/** Hands incidents to the node one at a time, and performs its commands. */
class Driver {
  readonly #node: UdpNode;
  readonly #sockets: Sockets;
  readonly #inbox: Inbox;
  readonly #run: UdpRun;

  constructor(node: UdpNode, sockets: Sockets, inbox: Inbox, run: UdpRun) {
    this.#node = node;
    this.#sockets = sockets;
    this.#inbox = inbox;
    this.#run = run;
  }

  /** A slow reader of the output slows the node down, as it does the original. */
  async run(printer: Printer, stdout: Writable): Promise<void> {
    const node = this.#node;
    const begun = node.begin();
    this.#perform(begun.commands);
    await write(stdout, printer.begun(begun, node.log));
    for (;;) {
      const incident = await this.#inbox.next();
      if (incident.type === "end") break;
      const outcome =
        incident.type === "datagram" ? node.receive(incident.bytes) : node.timeout(incident.type);
      if (outcome.type === "dropped") {
        await write(stdout, printer.dropped(outcome));
        continue;
      }
      this.#perform(outcome.commands);
      await write(stdout, printer.turn(outcome, node.log));
    }
    await write(stdout, printer.ended(node.dropped));
  }

  #perform(commands: readonly Command[]): void {
    for (const command of commands) this.#performOne(command);
  }

  #performOne(command: Command): void {
    const { self, members } = this.#run;
    switch (command.type) {
      case "send": {
        const bytes = encodeDatagram({ from: self.id, message: command.message });
        return this.#sockets.send(command.to, bytes);
      }
      case "broadcast": {
        const bytes = encodeDatagram({ from: self.id, message: command.message });
        for (const { id } of members) if (id !== self.id) this.#sockets.send(id, bytes);
        return;
      }
      case "resetElectionTimeout":
        return this.#inbox.startTimer("electionTimeout", command.microseconds);
      case "resetHeartbeatTimeout":
        return this.#inbox.startTimer("heartbeatTimeout", command.microseconds);
      case "log":
      case "truncateLog":
      case "logEntries":
      case "commit":
        return;
      default:
        return command satisfies never;
    }
  }
}

function open({ data, self }: UdpRun): { readonly keeper: Keeper; readonly kept: Kept } {
  if (data !== undefined) return openDiskKeeper(data, self.id);
  return { keeper: FORGETFUL, kept: NOTHING_KEPT };
}

function nodeOf(run: UdpRun, keeper: Keeper, kept: Kept): UdpNode {
  const { self, members, electionTimeoutMs } = run;
  return new UdpNode({
    config: configFor(
      self.id,
      members.map(({ id }) => id),
    ),
    kept,
    keeper,
    patienceMs: electionTimeoutMs,
    draw: drawOf(run),
    nowMs: () => performance.now(),
  });
}

function drawOf({ electionTimeoutMs, heartbeatMs }: UdpRun): Draw {
  const shortest = electionTimeoutMs * 1000;
  return {
    election: () => shortest + Math.floor(Math.random() * (shortest + 1)),
    heartbeat: () => heartbeatMs * 1000,
  };
}

/** Reports each problem once: a peer that is down for an hour must not cause a line for each heartbeat. */
function onceEach(report: (text: string) => void): (text: string) => void {
  const reported = new Set<string>();
  return (text) => {
    if (reported.has(text)) return;
    reported.add(text);
    report(text);
  };
}
