import { nodeId } from "@kontiki/core";
import { expect, onTestFinished, test } from "vitest";
import { HostMail } from "../../../packages/actors/src/hosts/host-mail.ts";
import type { Peers } from "../../../packages/actors/src/hosts/host-spec.ts";
import { ALL } from "../../../packages/actors/src/hosts/host-presence.ts";
import type { Position, PresentNode } from "../../../packages/actors/src/hosts/host-wire.ts";
import type { TransportSetup } from "../../../packages/actors/src/hosts/transport.ts";
import { temporaryFolder } from "../support/storage/disks.ts";

const NETWORK = Symbol.for("kontiki: a network in the test's thread");
const MODULE = `data:text/javascript,export default (_, setup) => globalThis[Symbol.for("${NETWORK.description}")](setup)`;
const NODE = nodeId("n2");
const PEERS = { cluster: "c", hosts: { a: ["n1"], b: ["n2"] } };

/** What a process knows of its node: what it recovered, once it is up, and what is on its disk now. */
type Process = {
  readonly recovered: PresentNode[];
  readonly now: Position;
  readonly name?: string;
};

function process(mark: number, last: number, now: Partial<Position> = {}): Process {
  return {
    recovered: [{ node: NODE, uid: 0, mark, last }],
    now: { uid: 0, mark, commit: last, ...now },
  };
}

/** Processes of hosts, in starts of their folders, on a network that delivers at once, to the sender too. */
class Network {
  readonly refused: string[] = [];
  readonly dead: string[] = [];
  readonly joined: HostMail[] = [];
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

  async join(
    start: number,
    { recovered, now, name = `start ${start}` }: Process,
    { host, peers }: { readonly host: string; readonly peers: Peers } = { host: "b", peers: PEERS },
  ): Promise<HostMail> {
    const spec = { peers, host, start, transport: { module: MODULE } };
    const nothing = (): void => undefined;
    const mail = new HostMail(
      { ...spec, path: temporaryFolder() },
      {
        present: () => recovered,
        count: () => 1,
        view: () => undefined,
        onHeard: nothing,
        answer: async () => ({ type: "refused", why: "it is not asked" }),
        positionOf: () => (recovered.length === 0 ? { uid: 0, mark: 0, commit: 0 } : now),
        refuse: (_node, why) => void this.refused.push(`${name}: ${why}`),
        deliver: nothing,
        bury: nothing,
        onDeadLetter: (to, reason) => void this.dead.push(`${to}: ${reason}`),
        onState: nothing,
      },
    );
    await mail.open();
    this.joined.push(mail);
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
  older.presence.sayHello(ALL, true);
  expect(network.refused).toEqual([`start 3: ${why(2)}`]);
});

test("a copy that has not recovered yet ends nothing, and is judged when it has", async () => {
  const network = new Network();
  const older = await network.join(2, process(0, 0, { mark: 3, commit: 3 }));
  const copy: Process = { ...process(0, 0), recovered: [] };
  const newer = await network.join(3, copy);
  older.presence.sayHello(ALL, true);
  expect(network.refused).toEqual([]);
  copy.recovered.push(...process(0, 0).recovered);
  newer.presence.sayHello(ALL, true);
  expect(network.refused).toEqual([`start 3: ${why(2)}`]);
});

test("a copy with an earlier disk of the node ends, whatever is on that", async () => {
  const network = new Network();
  const older = await network.join(2, process(0, 0, { uid: 4, mark: 1, commit: 1 }));
  await network.join(3, process(9, 9));
  older.presence.sayHello(ALL, true);
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

test("hosts whose files have other first voters do not hear each other, and those with more hosts do", async () => {
  const network = new Network();
  const nothing: Process = { ...process(0, 0), recovered: [] };
  const { cluster, hosts } = PEERS;
  const [spare, three] = [
    { cluster, hosts: { ...hosts, d: [] } },
    { cluster, hosts: { ...hosts, c: ["n3"] } },
  ];
  const b = await network.join(1, nothing);
  await network.join(1, nothing, { host: "d", peers: spare });
  expect(network.dead).toEqual([]);
  await network.join(1, nothing, { host: "c", peers: three });
  expect(new Set(network.dead)).toEqual(
    new Set(["host/b", "host/d"].map((to) => `${to}: other cluster`)),
  );
  expect(b.presence.others.all().map(({ name }) => name)).toEqual(["d"]);
});

test("of two that started equally often only the one that lacks something ends", async () => {
  const network = new Network();
  await network.join(2, { ...process(0, 0, { mark: 3, commit: 3 }), name: "full" });
  await network.join(2, { ...process(0, 0), name: "empty" });
  for (const { presence } of network.joined) presence.sayHello(ALL, true);
  expect(network.refused).toEqual([`empty: ${why(2)}`]);
});
