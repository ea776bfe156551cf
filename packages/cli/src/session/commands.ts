/** What a word of a command can be completed to. */
export type Completion = "node" | "condition" | "command";

/** A command of a session, as `help` shows it and as arguments are counted. */
export type SessionCommand = {
  readonly usage: string;
  readonly summary: string;
  readonly example: string;
  /** Fewest and most arguments, options and their values included. */
  readonly arity: readonly [min: number, max: number];
  readonly completes: readonly Completion[];
};

/** Every command of a session, in the order of `help`. */
export const sessionCommands = {
  put: {
    usage: "K V",
    summary: "set K to V",
    example: 'put greeting "good morning"',
    arity: [2, 2],
    completes: [],
  },
  get: {
    usage: "K",
    summary: "print the value of K",
    example: "get greeting",
    arity: [1, 1],
    completes: [],
  },
  read: {
    usage: "K [--consistency C] [--node NODE]",
    summary: "print the value of K; C: linearizable, lease or stale",
    example: "read greeting --consistency stale --node n2",
    arity: [1, 5],
    completes: [],
  },
  del: {
    usage: "K",
    summary: "delete K",
    example: "del greeting",
    arity: [1, 1],
    completes: [],
  },
  cas: {
    usage: "K OLD NEW",
    summary: "set K to NEW if it is OLD; OLD --absent: if there is no K",
    example: "cas lock --absent me",
    arity: [3, 3],
    completes: [],
  },
  append: {
    usage: "K V",
    summary: "add V to the end of K's value",
    example: "append greeting !",
    arity: [2, 2],
    completes: [],
  },
  list: {
    usage: "[PREFIX]",
    summary: "print the pairs whose key starts with PREFIX",
    example: "list user/",
    arity: [0, 1],
    completes: [],
  },
  status: {
    usage: "",
    summary: "print a table of the nodes",
    example: "status",
    arity: [0, 0],
    completes: [],
  },
  leader: {
    usage: "",
    summary: "print the node that leads now, if any",
    example: "leader",
    arity: [0, 0],
    completes: [],
  },
  crash: {
    usage: "NODE|leader",
    summary: "kill its thread without warning; it comes back by itself",
    example: "crash leader",
    arity: [1, 1],
    completes: ["node"],
  },
  stop: {
    usage: "NODE|leader",
    summary: "stop it in order; it stays away until it is started",
    example: "stop n2",
    arity: [1, 1],
    completes: ["node"],
  },
  start: {
    usage: "NODE",
    summary: "start a node that was stopped or has failed",
    example: "start n2",
    arity: [1, 1],
    completes: ["node"],
  },
  wipe: {
    usage: "NODE|leader",
    summary: "give it an empty disk; it learns everything again",
    example: "wipe n2",
    arity: [1, 1],
    completes: ["node"],
  },
  "member list": {
    usage: "",
    summary: "print who belongs to the cluster",
    example: "member list",
    arity: [0, 0],
    completes: [],
  },
  "member add": {
    usage: "NODE [--learner|--replace OLD]",
    summary: "start a new node; it votes when it has caught up",
    example: "member add n4 --replace n2",
    arity: [1, 3],
    completes: [],
  },
  "member remove": {
    usage: "NODE|leader",
    summary: "take a node out of the cluster, and its disk away",
    example: "member remove n2",
    arity: [1, 1],
    completes: ["node"],
  },
  "member promote": {
    usage: "NODE",
    summary: "give a learner a vote when it has caught up",
    example: "member promote n4",
    arity: [1, 1],
    completes: ["node"],
  },
  transfer: {
    usage: "[NODE]",
    summary: "have the leader hand over, to NODE or to the best placed",
    example: "transfer n2",
    arity: [0, 1],
    completes: ["node"],
  },
  snapshot: {
    usage: "NODE|leader",
    summary: "have it take a snapshot and compact its log",
    example: "snapshot leader",
    arity: [1, 1],
    completes: ["node"],
  },
  compact: {
    usage: "NODE|leader",
    summary: "have it drop its log up to its newest snapshot",
    example: "compact n2",
    arity: [1, 1],
    completes: ["node"],
  },
  log: {
    usage: "NODE|leader [FROM]",
    summary: "print its log: index, term, client:sequence, command",
    example: "log n1 100",
    arity: [1, 2],
    completes: ["node"],
  },
  wait: {
    usage: "leader|converged [--timeout MS]",
    summary: "wait until one leads, or all agree; for at most 30 s",
    example: "wait converged --timeout 5000",
    arity: [1, 3],
    completes: ["condition"],
  },
  sleep: {
    usage: "MS",
    summary: "do nothing for MS milliseconds",
    example: "sleep 500",
    arity: [1, 1],
    completes: [],
  },
  help: {
    usage: "[COMMAND]",
    summary: "print this list, or more about one command",
    example: "help cas",
    arity: [0, 2],
    completes: ["command"],
  },
  quit: {
    usage: "",
    summary: "stop the cluster in order and end, as end of input does",
    example: "quit",
    arity: [0, 0],
    completes: [],
  },
} as const satisfies Record<string, SessionCommand>;

/** The first word of a command, or its first two. */
export type CommandName = keyof typeof sessionCommands;

/** All command names, in the order of `help`. */
export const commandNames = Object.keys(sessionCommands) as readonly CommandName[];

/** The command that these words begin with, and how many of them are its name. */
export function commandAt(
  words: readonly string[],
): { readonly name: CommandName; readonly length: number } | undefined {
  const [first = "", second = ""] = words;
  const long = `${first} ${second}`;
  if (isCommandName(long)) return { name: long, length: 2 };
  return isCommandName(first) && !first.includes(" ") ? { name: first, length: 1 } : undefined;
}

/** The commands whose first word this is. */
export function commandsOf(word: string): readonly CommandName[] {
  return commandNames.filter((name) => name.split(" ")[0] === word);
}

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(sessionCommands, name);
}

/** The command with its arguments, as a person would type it. */
export function usageOf(name: CommandName): string {
  return `${name} ${sessionCommands[name].usage}`.trimEnd();
}

/** Undefined when the count of arguments is right, else what is wrong with it. */
export function arityProblem(name: CommandName, count: number): string | undefined {
  const [min, max] = sessionCommands[name].arity;
  if (count >= min && count <= max) return undefined;
  const noun = max === 1 ? "argument" : "arguments";
  return `${name} takes ${wanted(min, max)} ${noun}, not ${count}: ${usageOf(name)}`;
}

function wanted(min: number, max: number): string {
  if (max === 0) return "no";
  if (min === max) return `${min}`;
  return min === 0 ? `at most ${max}` : `${min} to ${max}`;
}
