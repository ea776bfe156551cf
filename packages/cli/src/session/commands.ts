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
  del: {
    usage: "K",
    summary: "delete K",
    example: "del greeting",
    arity: [1, 1],
    completes: [],
  },
  cas: {
    usage: "K OLD NEW",
    summary: "set K to NEW if it is OLD; --absent as OLD: if there is no K",
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
  log: {
    usage: "NODE|leader [FROM]",
    summary: "print its log: index, term, client:sequence, command",
    example: "log n1 100",
    arity: [1, 2],
    completes: ["node"],
  },
  wait: {
    usage: "leader|converged [--timeout MS]",
    summary: "wait until one leads, or all nodes agree; for at most 30 s",
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
    arity: [0, 1],
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

/** The first word of a command. */
export type CommandName = keyof typeof sessionCommands;

/** All command names, in the order of `help`. */
export const commandNames = Object.keys(sessionCommands) as readonly CommandName[];

/** True when `word` names a command. */
export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(sessionCommands, word);
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
