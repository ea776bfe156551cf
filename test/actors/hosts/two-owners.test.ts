import { nodeId } from "@kontiki/core";
import { expect, onTestFinished, test } from "vitest";
import { HostMail } from "../../../packages/actors/src/hosts/host-mail.ts";
import type { Position, PresentNode } from "../../../packages/actors/src/hosts/host-wire.ts";
import type { TransportSetup } from "../../../packages/actors/src/hosts/transport.ts";
import { temporaryFolder } from "../support/storage/disks.ts";

const NETWORK = Symbol.for("kontiki: a network in the test's thread");
const MODULE = `data:text/javascript,export default (_, setup) => globalThis[Symbol.for("${NETWORK.description}")](setup)`;
const NODE = nodeId("n2");
const PEERS = { cluster: "c", hosts: { a: ["n1"], b: ["n2"] } };

/** What a process knows of its node: what it recovered, once it is up, and what is on its disk now. */
type Process = { readonly recovered: PresentNode[]; now: Position };

function process(mark: number, last: number, now: Partial<Position> = {}): Process {
  return { recovered: [{ node: NODE, uid: 0, mark, last }], now: { mark, commit: last, ...now } };
}

/** Processes of host b, in starts of their folders, on a network that delivers at once, to the sender too. */
class Network {
  readonly refused: string[] = [];
  readonly #setups: TransportSetup[] = [];

  constructor() {
    Object.assign(globalThis, {
      [NETWORK]: async (setup: TransportSetup) => {
        this.#setups.push(setup);
        return {
          send: (address: string, bytes: Uint8Array) => {
            for (const { addresses, receive } of this.#setups)
              if (addresses.includes(address)) receive(address, bytes.slice());
          },
          close: async () => undefined,
        };
      },
    });
    onTestFinished(() => void Reflect.deleteProperty(globalThis, NETWORK));
  }

  async join(start: number, { recovered, now }: Process): Promise<HostMail> {
    const spec = { peers: PEERS, host: "b", start, transport: { module: MODULE } };
    const nothing = (): void => undefined;
    const mail = new HostMail(
      { ...spec, path: temporaryFolder() },
      {
        present: () => recovered,
        positionOf: () => (recovered.length === 0 ? { mark: 0, commit: 0 } : now),
        refuse: (_node, why) => void this.refused.push(`start ${start}: ${why}`),
        deliver: nothing,
        bury: nothing,
        onDeadLetter: nothing,
        onState: nothing,
      },
    );
    await mail.open();
    onTestFinished(() => mail.close());
    return mail;
  }
}

const why = (start: number): string =>
  `two processes have n2: host b runs it as well, in start ${start} of its folder`;

test("a copy that lacks something ends, and not the process that has run since before it was made", async () => {
  const network = new Network();
  const older = await network.join(2, process(0, 0, { mark: 3, commit: 3 }));
  await network.join(3, process(0, 0));
  older.nodeIsUp();
  expect(network.refused).toEqual([`start 3: ${why(2)}`]);
});

test("a copy that has not recovered yet ends nothing, and is judged when it has", async () => {
  const network = new Network();
  const older = await network.join(2, process(0, 0, { mark: 3, commit: 3 }));
  const copy: Process = { ...process(0, 0), recovered: [] };
  const newer = await network.join(3, copy);
  older.nodeIsUp();
  expect(network.refused).toEqual([]);
  copy.recovered.push(...process(0, 0).recovered);
  newer.nodeIsUp();
  expect(network.refused).toEqual([`start 3: ${why(2)}`]);
});

test("of a copy that lacks nothing and the process that had the node before, the latter ends", async () => {
  const network = new Network();
  await network.join(3, process(3, 3));
  await network.join(2, process(0, 0, { mark: 3, commit: 3 }));
  expect(network.refused).toEqual([`start 2: ${why(3)}`]);
});

test("of two processes that started equally often both end", async () => {
  const network = new Network();
  await network.join(2, process(3, 3));
  await network.join(2, process(3, 3));
  expect(network.refused).toEqual([`start 2: ${why(2)}`, `start 2: ${why(2)}`]);
});
