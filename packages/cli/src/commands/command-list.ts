import type { Define } from "./define.ts";

/** What `kontiki --help` shows of a command, and where the rest is. */
export type ListedCommand = {
  readonly name: string;
  /** Its options and arguments in short. */
  readonly usage: string;
  readonly description: string;
  /** Whether its exit status is a verdict. */
  readonly judges?: true;
  readonly load: () => Promise<Define>;
};

/**
 * Every command, in the order of `kontiki --help`.
 *
 * This list is all that the help needs. A command's own module is loaded when the command is chosen, and the modules that
 * do its work when its action runs.
 */
export const commandList: readonly ListedCommand[] = [
  {
    name: "up",
    usage: "[options]",
    description: "start a cluster and run commands, from a prompt or from standard input",
    load: async () => (await import("./up.ts")).defineUp,
  },
  {
    name: "ps",
    usage: "[options]",
    description: "list the clusters that run",
    load: async () => (await import("./ps.ts")).definePs,
  },
  {
    name: "status",
    usage: "[options]",
    description: "show the nodes of a cluster that runs elsewhere",
    load: async () => (await import("./remote-status.ts")).defineRemoteStatus,
  },
  {
    name: "exec",
    usage: "[options] <name> [words...]",
    description: "run a command in a cluster that runs elsewhere",
    load: async () => (await import("./exec.ts")).defineExec,
  },
  {
    name: "attach",
    usage: "[options]",
    description: "a prompt for a cluster that runs elsewhere",
    load: async () => (await import("./attach.ts")).defineAttach,
  },
  {
    name: "logs",
    usage: "[options] [node]",
    description: "print the log of a cluster's events",
    load: async () => (await import("./logs.ts")).defineLogs,
  },
  {
    name: "down",
    usage: "[options]",
    description: "stop a cluster that runs elsewhere",
    load: async () => (await import("./down.ts")).defineDown,
  },
  {
    name: "demo",
    usage: "[options]",
    description: "watch a cluster in memory: elections, writes, crashes and recoveries, explained",
    load: async () => (await import("./demo.ts")).defineDemo,
  },
  {
    name: "udp",
    usage: "[options] <node>",
    description: "run one node over UDP, with the original Kontiki's wire format and output",
    load: async () => (await import("./udp.ts")).defineUdp,
  },
  {
    name: "maelstrom",
    usage: "[options]",
    description: "run one node under Maelstrom, on standard input and output",
    load: async () => (await import("./maelstrom.ts")).defineMaelstrom,
  },
  {
    name: "bench",
    usage: "[options]",
    description: "measure a new cluster with puts in a closed loop, and verify it at the end",
    load: async () => (await import("./bench.ts")).defineBench,
  },
  {
    name: "recover",
    usage: "[options] [dir]",
    description:
      "continue with what is left of a cluster that permanently lost a majority of its nodes",
    load: async () => (await import("./recover.ts")).defineRecover,
  },
  {
    name: "damage",
    usage: "[options] [command]",
    description: "list or remove the damaged files that are kept in a data directory",
    load: async () => (await import("./damage.ts")).defineDamage,
  },
  {
    name: "trace",
    usage: "[options] [command]",
    description: "show the recorded steps of a node, or repeat them",
    load: async () => (await import("./trace.ts")).defineTrace,
  },
  {
    name: "check",
    usage: "[options] <file>",
    description: "check whether a recorded history is linearizable, and show why not",
    judges: true,
    load: async () => (await import("./check.ts")).defineCheck,
  },
  {
    name: "run",
    usage: "[options] [scenarios...]",
    description: "run scenarios with many seeds, in simulation or on threads, and check each run",
    judges: true,
    load: async () => (await import("./run.ts")).defineRun,
  },
  {
    name: "campaign",
    usage: "[options] [command]",
    description: "run scenarios with many seeds on many machines, over NATS",
    judges: true,
    load: async () => (await import("./campaign.ts")).defineCampaign,
  },
  {
    name: "worker",
    usage: "[options]",
    description: "run what campaigns need, on this machine, over NATS",
    judges: true,
    load: async () => (await import("./worker.ts")).defineWorker,
  },
  {
    name: "crash-matrix",
    usage: "[options]",
    description:
      "crash a node at every point of its turn, on threads, and check that nothing is lost",
    load: async () => (await import("./crash-matrix.ts")).defineCrashMatrix,
  },
  {
    name: "compare",
    usage: "[options] <a> <b>",
    description: "put the reports of two runs side by side",
    load: async () => (await import("./compare.ts")).defineCompare,
  },
  {
    name: "explore",
    usage: "[options] [instance]",
    description: "check every state that a small cluster of the real core can reach",
    judges: true,
    load: async () => (await import("./explore.ts")).defineExplore,
  },
  {
    name: "replay",
    usage: "[options] <token>",
    description: "reproduce a failure from its token",
    judges: true,
    load: async () => (await import("./replay.ts")).defineReplay,
  },
  {
    name: "view",
    usage: "[options] <what>",
    description: "show a run, a failure or traces in a page, moment by moment",
    load: async () => (await import("./view.ts")).defineView,
  },
  {
    name: "shrink",
    usage: "[options] <token>",
    description: "remove everything that a failure does not need, and print the rest as a story",
    judges: true,
    load: async () => (await import("./shrink.ts")).defineShrink,
  },
];
