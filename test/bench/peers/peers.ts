import { join } from "node:path";
import { buildGo, buildRa, raPaths } from "./build.ts";
import type { Cell } from "./measurement.ts";
import type { Command, Peer, Setting } from "./peer.ts";

/** The other implementations, in the order of tables. All have three members in one process. */
export const PEERS: readonly Peer[] = [
  goPeer("etcd/raft, Node API", "etcd-node", "etcd-raft", "golang-etcd-server-dev", () => [
    "-api",
    "node",
  ]),
  // Messages in memory are marshalled, as between threads that share nothing.
  goPeer("etcd/raft, RawNode", "etcd-rawnode", "etcd-raft", "golang-etcd-server-dev", (cell) => [
    "-api",
    "rawnode",
    `-marshal=${!cell.durable}`,
  ]),
  goPeer(
    "hashicorp/raft",
    "hashicorp",
    "hashicorp-raft",
    "golang-github-hashicorp-raft-boltdb-dev",
    () => [],
  ),
  {
    name: "Ra",
    key: "ra",
    prepare: ({ builds }) => buildRa(builds),
    command: raCommand,
  },
];

/** How many commands one call of `proposeAll` has. */
const BATCH = 64;

/** The same through `proposeAll`: its calls together have as many commands in flight as others propose one by one. */
export function kontikiInBatches(root: string): Peer {
  const one = kontiki(root);
  return {
    ...one,
    name: `Kontiki, proposeAll of ${BATCH}`,
    key: "kontiki-batch",
    measures: ({ outstanding }) => outstanding > BATCH,
    command: (cell, setting) => {
      const { file, args } = one.command(cell, setting);
      return { file, args: [...args, "--batch", String(BATCH)] };
    },
  };
}

/** A built checkout of Kontiki, through its command line. */
export function kontiki(root: string, name = "Kontiki"): Peer {
  return {
    name,
    key: "kontiki",
    prepare: () => {},
    command: ({ durable, outstanding, payload }, { data, seconds, warmup }) => ({
      file: process.execPath,
      args: [
        join(root, "packages/cli/dist/bin.js"),
        "bench",
        "--json",
        ...(durable ? ["--durable", "--data", data] : ["--memory"]),
        "--outstanding",
        String(outstanding),
        "--payload",
        String(payload),
        "--seconds",
        String(seconds),
        "--warmup",
        String(warmup),
      ],
    }),
  };
}

function goPeer(
  name: string,
  key: string,
  program: string,
  debianPackage: string,
  args: (cell: Cell) => readonly string[],
): Peer {
  return {
    name,
    key,
    prepare: ({ builds }) => buildGo(program, debianPackage, builds),
    command: (cell, { builds, data, seconds, warmup }) => ({
      file: join(builds, program),
      args: [
        ...args(cell),
        `-durable=${cell.durable}`,
        "-outstanding",
        String(cell.outstanding),
        "-payload",
        String(cell.payload),
        "-dur",
        `${seconds}s`,
        "-warm",
        `${warmup}s`,
        "-dir",
        data,
      ],
    }),
  };
}

/** With one command outstanding the priority `low`, made for throughput, would make each wait for a batch. */
function raCommand({ durable, outstanding, payload }: Cell, setting: Setting): Command {
  const priority = outstanding === 1 ? "normal" : "low";
  const ms = (seconds: number): string => String(seconds * 1000);
  return {
    file: "erl",
    args: [
      "-noinput",
      "-boot",
      "start_clean",
      ...raPaths(setting.builds).flatMap((path) => ["-pa", path]),
      "-run",
      "ra_bench",
      "main",
      String(durable),
      String(payload),
      String(outstanding),
      priority,
      "false",
      ms(setting.warmup),
      ms(setting.seconds),
      // Ra always writes its log. In memory means no sync, on a file system in memory.
      durable ? setting.data : "/dev/shm/kontiki-bench-ra",
    ],
  };
}
