import { describe, expect, test } from "vitest";
import { Group, type Restartable } from "../../../packages/actors/src/supervision/group.ts";
import {
  lifeAsSeen,
  nextLife,
  type ActorLife,
  type LifeEvent,
} from "../../../packages/actors/src/supervision/life.ts";
import {
  isRestarted,
  RESTART_TYPES,
  restartedWith,
  STRATEGIES,
  type RestartType,
  type Strategy,
} from "../../../packages/actors/src/supervision/strategy.ts";

/** A child without a thread, which ends and becomes ready when the test says so. */
class FakeChild implements Restartable {
  readonly name: string;
  readonly restartType: RestartType;
  readonly #stage: Stage;
  exactLife: ActorLife = { type: "running", pause: undefined };

  constructor(name: string, restartType: RestartType, stage: Stage) {
    this.name = name;
    this.restartType = restartType;
    this.#stage = stage;
  }

  respawn = (): void => {
    this.#stage.log.push(`start ${this.name}`);
    this.on({ type: "spawned" });
  };

  recycle = (_deadlineMs: number, cause: string): void => {
    this.#stage.log.push(`recycle ${this.name}: ${cause}`);
    this.on({ type: "recycleRequested", cause });
  };

  stop = (): void => {
    this.#stage.log.push(`stop ${this.name}`);
    this.on({ type: "stopRequested" });
  };

  on(event: LifeEvent): void {
    this.exactLife = nextLife(this.exactLife, event);
    this.#stage.group.advance();
  }

  /** Its thread ends: as it was asked to, or by a crash, after which it is restarted or given up. */
  ends(giveUp?: string): void {
    const { type } = this.exactLife;
    if (type === "recycling") return this.on({ type: "crashed", cause: "along" });
    if (type === "stopping") return this.on({ type: "stopped" });
    const why = isRestarted(this.restartType, true) ? giveUp : "temporary";
    const restartInMs = why === undefined ? 1 : undefined;
    this.#stage.group.onCrashed(this, { crashes: 1, restartInMs, giveUp: why });
    this.on(why === undefined ? { type: "crashed", cause: "bug" } : { type: "gaveUp", cause: why });
  }
}

type Stage = { readonly group: Group<FakeChild>; readonly log: string[] };

/** Three running children, spawned in this order. */
function threeOf(strategy: Strategy, ...types: readonly RestartType[]) {
  const stage: Stage = { group: new Group<FakeChild>(strategy, 5000), log: [] };
  const child = (name: string, at: number): FakeChild => {
    const made = new FakeChild(name, types[at] ?? "permanent", stage);
    stage.group.add(made);
    return made;
  };
  const [a, b, c] = [child("a", 0), child("b", 1), child("c", 2)];
  const all = [a, b, c];
  /** All that were asked to end do, and each becomes ready after its start. */
  const settle = (): void => {
    for (const each of all)
      if (["recycling", "stopping"].includes(each.exactLife.type)) each.ends();
    for (let next = starting(); next !== undefined; next = starting()) next.on({ type: "ready" });
  };
  const starting = (): FakeChild | undefined =>
    all.find(({ exactLife }) => exactLife.type === "starting");
  const lives = (): string => all.map(({ exactLife }) => lifeAsSeen(exactLife).type).join(" ");
  return { ...stage, a, b, c, settle, lives };
}

/** What is done after b has crashed, by the strategy and by the type of all three. */
const TABLE: readonly (readonly [Strategy, RestartType, readonly string[], string])[] = [
  ["one-for-one", "permanent", ["start b"], "running running running"],
  ["one-for-one", "transient", ["start b"], "running running running"],
  ["one-for-one", "temporary", [], "running failed running"],
  [
    "one-for-all",
    "permanent",
    ["recycle c: b has crashed", "recycle a: b has crashed", "start a", "start b", "start c"],
    "running running running",
  ],
  [
    "one-for-all",
    "transient",
    ["recycle c: b has crashed", "recycle a: b has crashed", "start a", "start b", "start c"],
    "running running running",
  ],
  ["one-for-all", "temporary", [], "running failed running"],
  [
    "rest-for-one",
    "permanent",
    ["recycle c: b has crashed", "start b", "start c"],
    "running running running",
  ],
  [
    "rest-for-one",
    "transient",
    ["recycle c: b has crashed", "start b", "start c"],
    "running running running",
  ],
  ["rest-for-one", "temporary", [], "running failed running"],
];

describe("after the crash of one, the others", () => {
  test.each(TABLE)("%s, %s", (strategy, type, log, lives) => {
    const stage = threeOf(strategy, type, type, type);
    stage.b.ends();
    if (stage.b.exactLife.type === "restarting") stage.group.onRestartDue(stage.b);
    stage.settle();
    expect([stage.log, stage.lives()]).toEqual([log, lives]);
  });

  test("the table has all strategies and types", () => {
    const all = STRATEGIES.flatMap((strategy) => RESTART_TYPES.map((type) => [strategy, type]));
    expect(TABLE.map(([strategy, type]) => [strategy, type])).toEqual(all);
  });
});

describe("children that are restarted together", () => {
  test("start one after the other, when all have ended and the pause is over", () => {
    const { a, b, c, group, log, lives } = threeOf("one-for-all");
    b.ends();
    group.onRestartDue(b);
    a.ends();
    expect(lives()).toBe("restarting restarting running");
    c.ends();
    expect(log.slice(2)).toEqual(["start a"]);
    a.on({ type: "ready" });
    expect(log.slice(2)).toEqual(["start a", "start b"]);
    b.on({ type: "ready" });
    c.on({ type: "ready" });
    expect([log.slice(2), lives()]).toEqual([
      ["start a", "start b", "start c"],
      "running running running",
    ]);
  });

  test("wait for another pause when one of them crashes while it starts", () => {
    const { b, c, group, log, settle, lives } = threeOf("rest-for-one");
    b.ends();
    group.onRestartDue(b);
    c.ends();
    b.ends();
    expect([log, lives()]).toEqual([
      ["recycle c: b has crashed", "start b", "recycle c: b has crashed"],
      "running restarting restarting",
    ]);
    group.onRestartDue(b);
    settle();
    expect([log.slice(3), lives()]).toEqual([["start b", "start c"], "running running running"]);
  });

  test("leave out one that is temporary, or was stopped: it stays so", () => {
    const { a, b, group, log, settle, lives } = threeOf(
      "one-for-all",
      "permanent",
      "permanent",
      "temporary",
    );
    a.stop();
    a.ends();
    b.ends();
    group.onRestartDue(b);
    settle();
    expect([log.slice(1), lives()]).toEqual([
      ["stop c", "recycle a: b has crashed", "start b"],
      "stopped running stopped",
    ]);
  });

  test("have one that has completed among them", () => {
    const { a, b, group, settle, lives } = threeOf("one-for-all", "transient");
    a.on({ type: "completed" });
    expect(lives()).toBe("stopped running running");
    b.ends();
    group.onRestartDue(b);
    settle();
    expect(lives()).toBe("running running running");
  });

  test("are all stopped when the one that has crashed is given up", () => {
    const { b, log, settle, lives } = threeOf("rest-for-one");
    b.ends("it crashed too often");
    settle();
    expect([log, lives()]).toEqual([["stop c"], "running failed stopped"]);
  });
});

describe("the strategies and types, as Erlang/OTP has them", () => {
  test.each([
    ["permanent", true, true],
    ["transient", true, false],
    ["temporary", false, false],
  ] as const)("%s: restarted after a crash %s, after a normal end %s", (type, crash, normal) => {
    expect([isRestarted(type, true), isRestarted(type, false)]).toEqual([crash, normal]);
  });

  test("which are restarted together, in the order of their start", () => {
    const restarted = STRATEGIES.map((strategy) => restartedWith(strategy, ["a", "b", "c"], "b"));
    expect(restarted).toEqual([["b"], ["a", "b", "c"], ["b", "c"]]);
  });
});
