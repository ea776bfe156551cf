import { Option } from "commander";
import type { DemoOptions } from "../actions/demo.ts";
import type { Define } from "./define.ts";
import { seconds, wholeNumber } from "./options.ts";

const NODES_MAX = 3;
const DAY_S = 24 * 60 * 60;

/** `kontiki demo`: a cluster in memory, with crashes and explanations. */
export const defineDemo: Define = (command, { host, start, done }) => {
  command
    .addOption(
      new Option("--nodes <count>", `how many nodes, 1 to ${NODES_MAX}, named n1, n2, ...`)
        .argParser(wholeNumber(1, NODES_MAX))
        .default(NODES_MAX),
    )
    .addOption(
      new Option(
        "--seconds <s>",
        "end this long after the nodes have started (default: at Ctrl-C)",
      ).argParser(seconds(0.1, DAY_S)),
    )
    .option("--fast", "shorten the timers: a complete round within 20 seconds")
    .option("--json", "print one JSON object for each event")
    .addHelpText("after", HELP)
    .action(async (options: DemoOptions) => {
      const { demo } = await import("../actions/demo.ts");
      done(await demo(options, host, start));
    });
};

const HELP = `
Examples:
  $ kontiki demo --fast
  $ kontiki demo --fast --seconds 20 --json
  $ kontiki demo --nodes 1

Each node is an actor in its own thread, with a disk in memory that survives a crash of the thread. A
line that starts with a node's name shows its state (role, term, last entry of its log, commit,
applied) or an event of its thread, followed by an explanation. In each round the demo writes values,
kills the leader, writes more, restarts the killed node, and compares all nodes.

The timers are those of the original Kontiki: an election after 10 to 20 s without a leader, a
heartbeat and a write every 5 s. With --fast they are 1 to 2 s, 0.2 s and 0.7 s.

With --json "type" is "status", "client", "story", "end", or an event of the cluster ("started",
"crashed", "stopped", "leader", ...); "ms" is the time since the start, "words" the explanation:
  {"ms":1460,"type":"status","node":"n2","role":"candidate","term":1,"leader":null,"last":0, ...}

Ctrl-C stops the nodes gracefully, a second one ends at once.
Exit status: 0 ended by --seconds, 1 failed, 2 bad usage, 130 interrupted by Ctrl-C.
Colours are used on a terminal only; NO_COLOR and FORCE_COLOR are respected.`;
