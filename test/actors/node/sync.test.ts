/**
 * Durability as an experiment: a disk that forgets what was not synced, and power that fails at every operation of a
 * disk and at every letter that is sent.
 */
import type { Message } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import type { OutgoingMail } from "../../../packages/actors/src/mail/protocol.ts";
import { decodeParcel, encodeParcel } from "../../../packages/actors/src/mail/wire.ts";
import { run, type Options, type Run } from "../support/powered/cluster.ts";
import type { Driver, Parts } from "../support/powered/driver.ts";
import type { Cut } from "../support/powered/power.ts";
import { Chance } from "../../core/support/chance.ts";

const STEPS = 30;
const WHO = ["one", "all", "all and the mail"] as const;
const KEPT = ["nothing", "a torn part", "everything"] as const;

type Sweep = Omit<Options, "chance" | "steps" | "cuts"> & {
  readonly seed: number;
  /** How power fails, each way at every point. */
  readonly ways: readonly Omit<Cut, "at">[];
  /** The point to begin with. Default: the first. */
  readonly from?: number;
  /** Says after each run whether enough was seen. */
  readonly enough?: (violations: Run["violations"]) => boolean;
};

/** Runs one schedule once for every point at which power may fail, and adds up the results. */
function sweep({ seed, ways, from = 0, enough = () => false, ...options }: Sweep): Run {
  const whole = run({ ...options, chance: new Chance(seed), steps: STEPS });
  const violations = new Map(whole.violations);
  const sometimes = { ...whole.sometimes };
  for (let nth = 0; nth < whole.points; nth += 1) {
    const at = (from + nth) % whole.points;
    for (const way of ways) {
      const cut = { at, ...way };
      const found = run({ ...options, chance: new Chance(seed), steps: STEPS, cuts: [cut] });
      for (const [kind, what] of found.violations) {
        const where = `${what}: ${JSON.stringify({ seed, cut })}`;
        violations.set(kind, violations.get(kind) ?? where);
      }
      add(sometimes, found.sometimes);
      if (enough(violations)) return { points: whole.points, violations, sometimes };
    }
  }
  return { points: whole.points, violations, sometimes };
}

function add<Name extends string>(sum: Record<Name, number>, more: Record<Name, number>): void {
  for (const name of Object.keys(sum) as Name[]) sum[name] += more[name];
}

/** A run that never reached its subject proves nothing. */
function expectAllMet(sometimes: Record<string, number>): void {
  expect(Object.entries(sometimes).filter(([, count]) => count === 0)).toEqual([]);
}

describe("power fails at every disk operation and every send (§5.2, Figure 2; pitfall 2)", () => {
  test("nothing acknowledged or promised is lost, whichever node fails and whatever the disk keeps", () => {
    const { violations, points, sometimes } = sweep({
      seed: 5,
      ways: [
        { who: "one", kept: "nothing" },
        { who: "one", kept: "a torn part" },
        { who: "all", kept: "nothing" },
        { who: "all and the mail", kept: "a torn part" },
      ],
    });
    expect([...violations]).toEqual([]);
    expect(points).toBeGreaterThan(60);
    expect(sometimes.elections).toBeGreaterThan(points);
  }, 240_000);

  test("nor with several failures in one run, in recovery too, over a network that loses and repeats", () => {
    let sum: Run["sometimes"] | undefined;
    for (let seed = 1; seed <= 100; seed += 1) {
      const chance = new Chance(seed);
      const cuts = Array.from({ length: 1 + chance.below(6) }, () => chance.below(150))
        .sort((a, b) => a - b)
        .map((at, place): Cut => ({
          at: at + place,
          who: chance.pick(WHO) ?? "all",
          kept: chance.pick(KEPT) ?? "nothing",
        }));
      const segmentBytes = chance.pick([1, 200, 400, 100_000]) ?? 1;
      const options = { chance, steps: 45, cuts, segmentBytes, badNetwork: true };
      const { violations, sometimes } = run(options);
      expect([seed, ...violations]).toEqual([seed]);
      if (sum === undefined) sum = sometimes;
      else add(sum, sometimes);
    }
    expectAllMet(sum ?? {});
  }, 240_000);
});

/** The turn with the sync after everything has left. */
function* sendsFirst({
  begin,
  write,
  apply,
  sync,
  finish,
  workOnSnapshot,
  post,
}: Parts): ReturnType<Driver> {
  post([...begin(), ...apply()]);
  write();
  const promises = finish();
  post(promises);
  yield;
  sync();
  workOnSnapshot();
}

function* neverSyncs({ begin, write, apply, finish, post }: Parts): ReturnType<Driver> {
  post([...begin(), ...apply()]);
  write();
  yield;
  post(finish());
}

/** The turn in which messages of one type leave too early, before the sync. */
function letsOut(type: Message<unknown>["type"]): Driver {
  return function* hasty({ begin, write, apply, sync, finish, workOnSnapshot, post }) {
    post([...begin(), ...apply()]);
    write();
    const promises = finish();
    post(only(promises, (one) => one === type));
    yield;
    sync();
    yield;
    post(only(promises, (one) => one !== type));
    workOnSnapshot();
  };
}

/** Letters with only those messages whose type is wanted. */
function only(mail: readonly OutgoingMail[], wanted: (type: string) => boolean): OutgoingMail[] {
  return mail.flatMap(({ to, bytes }) => {
    const parcel = decodeParcel(bytes);
    if (parcel.type !== "raft") return [{ to, bytes }];
    const messages = parcel.messages.filter((message) => wanted(message.type));
    return messages.length === 0 ? [] : [{ to, bytes: encodeParcel({ ...parcel, messages }) }];
  });
}

/** Power fails at every point, and disks keep nothing that was not synced. */
const HARDEST = [
  { who: "one", kept: "nothing" },
  { who: "all", kept: "nothing" },
] as const;

/**
 * The kinds of violation, among these, that a sabotaged turn causes: schedules are tried until all were seen, that of
 * `first` first, from the point `from`, which is known to be fast.
 */
function broken(sabotage: Partial<Sweep>, first: number, kinds: readonly string[]): string[] {
  const seen = new Set<string>();
  for (let seed = first; seed < first + 20 && !kinds.every((kind) => seen.has(kind)); seed += 1) {
    const enough = (violations: Run["violations"]): boolean =>
      kinds.every((kind) => seen.has(kind) || violations.has(kind));
    const { violations } = sweep({ seed, ways: HARDEST, badNetwork: true, enough, ...sabotage });
    for (const kind of violations.keys()) seen.add(kind);
  }
  return kinds.filter((kind) => seen.has(kind));
}

describe("the check detects a defect", () => {
  test("and reports none when only what may leave early does", () => {
    const { violations } = sweep({ seed: 5, ways: HARDEST, driver: letsOut("appendEntries") });
    expect([...violations]).toEqual([]);
  }, 240_000);

  const lost = ["promise", "two votes", "damage"];
  test("when the disk's sync does nothing", () => {
    expect(broken({ diskSyncs: false }, 5, lost)).toEqual(lost);
  }, 240_000);

  test("when a turn never syncs: the log itself refuses the next write", () => {
    expect(broken({ driver: neverSyncs }, 1, ["assertion"])).toEqual(["assertion"]);
  }, 240_000);

  test.each<[string, Driver, first: number, from: number, readonly string[]]>([
    ["everything leaves", sendsFirst, 2, 0, ["promise", "two votes"]],
    ["requests for votes leave", letsOut("requestVote"), 10, 0, ["promise", "two votes"]],
    ["votes leave", letsOut("voteReply"), 4, 0, ["promise", "two votes"]],
    ["accepted entries are acknowledged", letsOut("appendAccepted"), 1, 49, ["promise"]],
    ["rejections leave, which claim a term", letsOut("appendRejected"), 9, 42, ["promise"]],
  ])(
    "when %s before the sync",
    (_title, driver, first, from, kinds) => {
      expect(broken({ driver, from }, first, kinds)).toEqual(kinds);
    },
    240_000,
  );
});
