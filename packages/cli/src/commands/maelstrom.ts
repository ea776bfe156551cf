import { Option } from "commander";
import type { MaelstromOptions } from "../actions/maelstrom.ts";
import type { Define } from "./define.ts";
import { checkHeartbeat, directory, durationOption, heartbeatOption } from "./options.ts";

const ELECTION_TIMEOUT_DEFAULT_MS = 300;
const HEARTBEAT_DEFAULT_MS = 50;
const TIMEOUT_DEFAULT_MS = 4_000;

/** `kontiki maelstrom`: one node on standard input and output. */
export const defineMaelstrom: Define = (command, { host, done }) => {
  command
    .addOption(
      new Option(
        "--data <dir>",
        "where each node has a folder for its log (default: a new directory, removed at the end)",
      ).argParser(directory),
    )
    .addOption(
      durationOption(
        "--election-timeout <ms>",
        "shortest time without a leader before an election; the longest is twice that",
        10,
      ).default(ELECTION_TIMEOUT_DEFAULT_MS),
    )
    .addOption(heartbeatOption(HEARTBEAT_DEFAULT_MS))
    .addOption(
      durationOption("--timeout <ms>", "how long a request is tried", 1).default(
        TIMEOUT_DEFAULT_MS,
      ),
    )
    .addHelpText("after", maelstromHelp);
  command.action(async (options: MaelstromOptions) => {
    checkHeartbeat(command, options);
    const { maelstrom } = await import("../actions/maelstrom.ts");
    done(await maelstrom(options, host));
  });
};

const maelstromHelp = `
Examples:
  $ kontiki maelstrom < lines.txt
  $ maelstrom test -w lin-kv --bin ./node.sh --node-count 3 --concurrency 4n --nemesis partition
  $ maelstrom test -w broadcast --bin ./node.sh --node-count 5 --rate 100
node.sh is:
  #!/bin/sh
  exec kontiki maelstrom
lines.txt, by hand:
  {"src":"c1","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}
  {"src":"c1","dest":"n1","body":{"type":"write","msg_id":2,"key":1,"value":"ahoy"}}

The program is one node of a cluster; Maelstrom (https://github.com/jepsen-io/maelstrom) starts it for
each node, carries what nodes send to each other, and checks the history. Requests of the workloads
echo, lin-kv and broadcast are answered, by any node, through the same log: reads are linearizable,
and broadcast is a set that all nodes agree on. Each node has its log in a folder, synced. Without
--data a process that is killed forgets its log, so tests that kill nodes need --data and a directory
that is empty at first.

A request that failed for certain gets error 11, one whose fate is open error 0, a key that does not
exist 20, a compare-and-set that did not match 22, one that is incomplete, or that no command can
hold, 12, any other request 10. Lines that are no messages are reported on standard error and dropped.
When the input ends, a node without others answers first what was asked before. One of several hears
of no one any more and ends at once: what is open gets error 0, or 11 if it failed for certain.

Exit status: 0 the input ended, 1 the node cannot continue, 2 bad usage, 130 interrupted by Ctrl-C.`;
