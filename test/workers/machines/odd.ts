import { CommandError, type StateMachine } from "@kontiki/actors";

/** A command or a query of the odd machine `to`. Its `bytes` are too many for a decoder to copy them without being told to. */
export type OddCommand = { to: OddName; add: number; tags: string[]; bytes: Uint8Array };

type Odd = StateMachine<OddCommand, unknown> & Required<Pick<StateMachine<OddCommand>, "query">>;

function total({ add, tags, bytes }: OddCommand): number {
  return add + tags.length + bytes.reduce((sum, byte) => sum + byte, 0);
}

/** Returns its own list, from `apply`, `query` and `snapshot`. */
function returnsItsState(): Odd {
  let state: number[] = [];
  return {
    apply(command) {
      state.push(total(command));
      return state;
    },
    query: () => state,
    snapshot: () => state,
    restore: (given) => void (state = given as number[]),
  };
}

/** Changes the list that it returned last, and then returns another. */
function changesAnswersLater(): Odd {
  let state: number[] = [];
  let answer: number[] = [];
  return {
    apply(command) {
      answer.fill(-1);
      state.push(total(command));
      return (answer = [...state]);
    },
    query() {
      answer.fill(-1);
      return (answer = [...state]);
    },
    snapshot: () => state,
    restore: (given) => void (state = given as number[]),
  };
}

/** Returns one object at each call, with other contents. */
function returnsOneObject(): Odd {
  const answer = { count: 0, bytes: new Uint8Array(700) };
  return {
    apply(command) {
      answer.count += total(command);
      answer.bytes.fill(answer.count % 256);
      return answer;
    },
    query: () => answer,
    snapshot: () => answer,
    restore(given) {
      answer.count = (given as typeof answer).count;
      answer.bytes.set((given as typeof answer).bytes);
    },
  };
}

/** Changes each command after it has used it, bytes included, and returns it. */
function marksCommands(): Odd {
  let sum = 0;
  return {
    apply(command) {
      sum += total(command);
      command.add = sum;
      command.tags.push("applied");
      command.bytes.fill(command.add % 256);
      return command;
    },
    query: () => sum,
    snapshot: () => sum,
    restore: (given) => void (sum = given as number),
  };
}

/** Changes each command and each query, and then throws. */
function marksAndThrows(): Odd {
  let sum = 0;
  return {
    apply(command) {
      sum += total(command);
      command.bytes.fill(0);
      command.tags.length = 0;
      if (sum % 2 === 0) throw new CommandError(`${sum} is even`);
      return sum;
    },
    query(question) {
      question.tags.push("asked");
      throw new CommandError(`asked with ${question.tags.length} tags`);
    },
    snapshot: () => sum,
    restore: (given) => void (sum = given as number),
  };
}

/** Its state is the commands that it was given, and the snapshot that it restored. It changes all of them later. */
function keepsWhatItIsGiven(): Odd {
  let kept: OddCommand[] = [];
  return {
    apply(command) {
      for (const one of kept) {
        one.add += 1;
        one.bytes.fill(one.add % 256);
      }
      kept.push(command);
      return kept.map(total);
    },
    query: (question) => kept.push(question) + (kept.pop()?.add ?? 0),
    snapshot: () => kept,
    restore: (given) => void (kept = given as OddCommand[]),
  };
}

/** Changes each query, and returns it. */
function changesQueries(): Odd {
  let sum = 0;
  return {
    apply: (command) => (sum += total(command)),
    query(question) {
      question.add += sum;
      question.tags.push("asked");
      question.bytes.fill(7);
      return question;
    },
    snapshot: () => sum,
    restore: (given) => void (sum = given as number),
  };
}

/** Answers with the classes of all byte strings that it was given. */
function namesClasses(): Odd {
  let state: Uint8Array[] = [];
  const names = (bytes: Uint8Array): string[] =>
    [bytes, ...state].map((one) => one.constructor.name);
  return {
    apply({ bytes }) {
      state.push(bytes);
      return names(bytes);
    },
    query: ({ bytes }) => names(bytes),
    snapshot: () => state,
    restore: (given) => void (state = given as typeof state),
  };
}

/** Returns all parts of its snapshot in one list, and keeps and changes the parts that it restores. */
function reusesParts(): Odd {
  let state: [number, Uint8Array][] = [];
  return {
    apply(command) {
      for (const one of state) one[1].fill(one[0] % 256);
      state.push([total(command), command.bytes]);
      return state;
    },
    query: () => state,
    snapshot: () => state,
    restore: (given) => void (state = given as typeof state),
    *snapshotParts() {
      const part: unknown[] = [];
      for (const [sum, bytes] of state.map((one) => [...one])) {
        part.splice(0, 2, sum, bytes);
        yield part;
      }
    },
    restoreParts: (parts) => void (state = [...parts] as typeof state),
  };
}

/** Answers that are no plain data, among them a promise that is rejected. */
const UNPLAIN: readonly (() => unknown)[] = [
  () => new Date(0),
  () => ({ items: [new Map()] }),
  () => () => 1,
  () => Promise.reject(new Error("a rejection")),
  () => {
    const circle: unknown[] = [];
    circle.push([circle]);
    return circle;
  },
  () => new (class Account {})(),
  () => Array.from({ length: 3 }).toSpliced(1, 1, 7n),
  () => Symbol("s"),
  () => "\ud800",
];

/** Changes its state at each command, and answers with something that is not plain data, or with its state. */
function answersAnything(): Odd {
  let sum = 0;
  const answer = (): unknown => UNPLAIN[sum % (UNPLAIN.length + 2)]?.() ?? sum;
  return {
    apply(command) {
      sum += total(command) % 7;
      return answer();
    },
    query: answer,
    snapshot: () => sum,
    restore: (given) => void (sum = given as number),
  };
}

/** Machines that use what they are given, and what they return, in every way that the contract allows. */
export const ODD = {
  returnsItsState,
  changesAnswersLater,
  returnsOneObject,
  marksCommands,
  marksAndThrows,
  keepsWhatItIsGiven,
  changesQueries,
  namesClasses,
  reusesParts,
  answersAnything,
};

export type OddName = keyof typeof ODD;

/** Several odd machines as one, each for the commands that name it: a cluster of threads for each would take long. */
function together(names: readonly OddName[]): Odd {
  const machines = new Map(names.map((name) => [name, ODD[name]()]));
  return {
    apply: (command) => machines.get(command.to)?.apply(command),
    query: (question) => machines.get(question.to)?.query(question),
    snapshot: () => [...machines].map(([name, one]) => [name, one.snapshot()]),
    restore(given) {
      for (const [name, state] of given as [OddName, unknown][]) machines.get(name)?.restore(state);
    },
  };
}

/** The machine, or the machines together, that the query of this module's URL names. */
export default (): Odd => {
  const names = new URL(import.meta.url).searchParams.getAll("name") as OddName[];
  const [first] = names;
  return first !== undefined && names.length === 1 ? ODD[first]() : together(names);
};
