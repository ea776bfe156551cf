import type { Chance } from "../../chance.ts";
import type * as v from "valibot";

/**
 * Which nodes a fault is about: a name, or one of
 * - `leader`: the node that leads when the fault begins; the fault is skipped when none does;
 * - `follower`: one running node that does not lead; `any`: one running node; `all`;
 * - `minority`, `majority`: that many of the voters, drawn; the leader may or may not be among them.
 */
export type Target = string;

/** The least and the most, drawn evenly; in ms where it is a time. */
export type Range = readonly [least: number, most: number];

/** What a run offers to the draw of one fault. */
export type Surroundings = {
  /** Voters at the beginning. */
  readonly nodes: number;
  /** The bound that leases set for clocks; undefined without leases. */
  readonly clockDrift: number | undefined;
  /** How long the fault lasts; a node that goes down is down for at most that long. */
  readonly forMs: number;
  /** A stream for this fault alone. */
  readonly chance: Chance;
};

/**
 * What carries out a kind of fault on threads: the nemesis, as in the simulation, or the operator, who changes the
 * membership through the cluster's own interface.
 */
export type OnThreads = "nemesis" | "operator";

/** How a kind of fault is written, and the fields of the fault that this gives. */
export type Written<Input, Fields extends object> = {
  /** The field that a value stands for that is no mapping; undefined where no such value is allowed. */
  readonly bare: string | undefined;
  /** The names of its fields; of several ways to write it, one list each. */
  readonly forms: readonly (readonly string[])[];
  /** Reads what is written under the name of the kind. */
  readonly schema: (type: string) => v.GenericSchema<Input, Fields>;
};

/** All facts about one kind of fault, but for its name and its effect. */
export type FaultKind<
  Input = unknown,
  Fields extends object = object,
  Threads extends OnThreads = OnThreads,
> = {
  readonly written: Written<Input, Fields>;
  /** Draws the fields of such a fault. */
  readonly draw: (around: Surroundings) => Fields;
  /** Counts that show that such faults had an effect. A campaign that draws them wants to see each of these. */
  readonly evidence: readonly string[];
  readonly threads: Threads;
  /** Whether it lasts for as long as `for` says; others end by themselves, when what they do is done. */
  readonly lasts: boolean;
  /** Whether there may be nodes afterwards that the beginning did not have. */
  readonly makesNodes: boolean;
};

/** The faults of some kinds as plain data, by the names of the kinds. */
export type ActionsOf<Kinds> = {
  readonly [Type in keyof Kinds]: Kinds[Type] extends FaultKind<infer _Input, infer Fields>
    ? Fields extends object
      ? {
          readonly [Name in keyof ({ readonly type: Type } & Fields)]: ({
            readonly type: Type;
          } & Fields)[Name];
        }
      : never
    : never;
};

/** What may be written under the names of some kinds; `true` and nothing say no more than the name. */
export type InputsOf<Kinds> = {
  readonly [Type in keyof Kinds]: Kinds[Type] extends FaultKind<infer Input>
    ? Input | true | null
    : never;
};

/** What an entry of the table says; what it leaves out has the usual value. */
export type Facts<Input, Fields extends object, Threads extends OnThreads, Drawn> = {
  readonly written: Written<Input, Fields>;
  readonly draw: (drawn: Drawn & Surroundings) => NoInfer<Fields>;
  /** None. */
  readonly evidence?: readonly string[];
  /** `nemesis`. */
  readonly threads?: Threads;
  /** true. */
  readonly lasts?: boolean;
  /** false. */
  readonly makesNodes?: boolean;
};

/**
 * Gives the function that makes the entries of one group. `drawn` draws what the kinds of the group have in common,
 * always all of it: so a kind that uses less of it does not change what the others draw.
 */
export function kindsDrawing<Drawn extends object>(drawn: (around: Surroundings) => Drawn) {
  return <Input, Fields extends object, const Threads extends OnThreads = "nemesis">(
    facts: Facts<Input, Fields, Threads, Drawn>,
  ): FaultKind<Input, Fields, Threads> => ({
    written: facts.written,
    draw: (around) => facts.draw({ ...around, ...drawn(around) }),
    evidence: facts.evidence ?? [],
    threads: facts.threads ?? ("nemesis" as Threads),
    lasts: facts.lasts ?? true,
    makesNodes: facts.makesNodes ?? false,
  });
}

/** One of these, of which there is at least one. */
export function one<T>(choices: readonly T[], chance: Chance): T {
  const picked = chance.pick(choices);
  if (picked === undefined) throw new RangeError("there is nothing to choose from");
  return picked;
}

/** A range that begins at 1. */
export function upTo(most: number): Range {
  return [1, most];
}

/** How late letters and syncs are made, in ms. */
export const LATE_MS = [5, 20, 100, 500] as const;

/** Which nodes drawn faults are about. */
export const TARGETS: readonly Target[] = ["leader", "leader", "follower", "any", "minority"];
