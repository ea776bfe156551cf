import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  takeLock,
  type LockAttempt,
} from "../../../packages/actors/src/directory/directory-lock.ts";
import {
  PROCESSES,
  processName,
  type Processes,
  type ProcessName,
} from "../../../packages/actors/src/directory/processes.ts";
import {
  SYSTEM_CALLS,
  type SystemCalls,
} from "../../../packages/actors/src/storage/disk/system-calls.ts";
import { mortalCalls, PowerLoss, temporaryFolder, watchedCalls } from "../support/storage/disks.ts";

/** A machine whose processes live until a test ends them. */
class Machine {
  readonly #dead = new Set<number>();

  kill(pid: number): void {
    this.#dead.add(pid);
  }

  process(pid: number): Processes {
    return {
      self: named(pid),
      lifeOf: (name) => (this.#dead.has(name.pid) ? "dead" : "alive"),
    };
  }
}

function named(pid: number): ProcessName {
  return { pid, start: `s${pid}`, boot: "boot", space: "space" };
}

function held(pid: number): LockAttempt {
  return { type: "held", by: named(pid), life: "alive" };
}

function release(lock: LockAttempt): void {
  if (lock.type === "taken") lock.release();
}

const lockFiles = (folder: string): number => readdirSync(join(folder, "lock")).length;

describe("one process has the lock", () => {
  test("until it releases it", () => {
    const folder = temporaryFolder();
    const machine = new Machine();
    const first = takeLock(folder, SYSTEM_CALLS, machine.process(1));
    expect(first.type).toBe("taken");
    expect(takeLock(folder, SYSTEM_CALLS, machine.process(2))).toEqual(held(1));
    expect(takeLock(folder, SYSTEM_CALLS, machine.process(1))).toEqual(held(1));
    release(first);
    expect(takeLock(folder, SYSTEM_CALLS, machine.process(2)).type).toBe("taken");
    release(first);
    expect(takeLock(folder, SYSTEM_CALLS, machine.process(1))).toEqual(held(2));
    expect(readdirSync(folder)).toEqual(["lock"]);
    expect(lockFiles(folder)).toBe(1);
  });

  test("until it dies", () => {
    const folder = temporaryFolder();
    const machine = new Machine();
    takeLock(folder, SYSTEM_CALLS, machine.process(1));
    machine.kill(1);
    expect(takeLock(folder, SYSTEM_CALLS, machine.process(2)).type).toBe("taken");
    expect(takeLock(folder, SYSTEM_CALLS, machine.process(3))).toEqual(held(2));
    expect(lockFiles(folder)).toBe(1);
  });

  test("also when its state cannot be determined from here", () => {
    const folder = temporaryFolder();
    const processes: Processes = { self: named(1), lifeOf: () => "elsewhere" };
    takeLock(folder, SYSTEM_CALLS, processes);
    expect(takeLock(folder, SYSTEM_CALLS, processes)).toEqual({ ...held(1), life: "elsewhere" });
  });
});

type Rival = (folder: string, machine: Machine) => void;

/** What others may do while a process is between two system calls of taking the lock. */
const RIVALS: readonly (readonly [string, Rival])[] = [
  ["takes it", (folder, machine) => takeQuietly(folder, machine, 2)],
  [
    "takes it and releases it",
    (folder, machine) => release(takeLock(folder, SYSTEM_CALLS, machine.process(2))),
  ],
  [
    "takes it and releases it, and another takes it",
    (folder, machine) => {
      release(takeLock(folder, SYSTEM_CALLS, machine.process(2)));
      takeQuietly(folder, machine, 3);
    },
  ],
  [
    "takes it and dies, and another takes it",
    (folder, machine) => {
      takeQuietly(folder, machine, 2);
      machine.kill(2);
      takeQuietly(folder, machine, 3);
    },
  ],
];

function takeQuietly(folder: string, machine: Machine, pid: number): void {
  takeLock(folder, SYSTEM_CALLS, machine.process(pid));
}

describe.each([
  ["a new directory", () => {}],
  [
    "a released lock",
    (folder: string, machine: Machine) =>
      release(takeLock(folder, SYSTEM_CALLS, machine.process(9))),
  ],
  [
    "a lock of a dead process",
    (folder: string, machine: Machine) => {
      takeQuietly(folder, machine, 9);
      machine.kill(9);
    },
  ],
] as const)("of two processes that want %s, one gets it", (_title, prepare) => {
  test.each(RIVALS)("even if the other %s in between", (_name, rival) => {
    let finished = false;
    for (let moment = 0; !finished; moment += 1) {
      const folder = temporaryFolder();
      const machine = new Machine();
      prepare(folder, machine);
      let calls = 0;
      const watched = watchedCalls(() => {
        if (calls === moment) rival(folder, machine);
        calls += 1;
      });
      const lock = takeLock(folder, watched, machine.process(1));
      finished = calls <= moment;
      // A later attempt learns which process has it, and that process was told so.
      const now = takeLock(folder, SYSTEM_CALLS, machine.process(4));
      expect(now).toEqual(lock.type === "taken" ? held(1) : lock);
      expect(lockFiles(folder)).toBe(1);
      expect(readdirSync(folder)).toEqual(["lock"]);
    }
  });
});

test("a process that dies at any system call leaves a lock that can be taken", () => {
  let finished = false;
  for (let budget = 0; !finished; budget += 1) {
    const folder = temporaryFolder();
    const machine = new Machine();
    try {
      release(takeLock(folder, mortalCalls(budget), machine.process(1)));
      finished = true;
    } catch (cause) {
      expect(cause).toBeInstanceOf(PowerLoss);
    }
    machine.kill(1);
    expect(takeLock(folder, SYSTEM_CALLS, machine.process(2)).type).toBe("taken");
  }
});

test("a lock folder with other files is unclear", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "lock"));
  writeFileSync(join(folder, "lock", "x"), "");
  expect(takeLock(folder, SYSTEM_CALLS, PROCESSES)).toEqual({ type: "unclear" });
  rmSync(join(folder, "lock", "x"));
  expect(takeLock(folder, SYSTEM_CALLS, PROCESSES).type).toBe("taken");
});

test("two files in the lock folder are unclear, whichever processes they name", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "lock"));
  writeFileSync(join(folder, "lock", "free_1"), "");
  writeFileSync(join(folder, "lock", "free_2"), "");
  expect(takeLock(folder, SYSTEM_CALLS, PROCESSES)).toEqual({ type: "unclear" });
});

test("a lock without write permission is rejected", () => {
  const calls: SystemCalls = watchedCalls((call) => {
    if (call === "mkdirSync") throw Object.assign(new Error("no"), { code: "EACCES" });
  });
  expect(() => takeLock(temporaryFolder(), calls, PROCESSES)).toThrow("no");
});

describe("the processes of this machine", () => {
  test("this one is alive; an earlier one with its pid is dead, as is one of an earlier boot", () => {
    const { self } = PROCESSES;
    expect(PROCESSES.lifeOf(self)).toBe("alive");
    expect(PROCESSES.lifeOf({ ...self, boot: "before" })).toBe("dead");
    expect(PROCESSES.lifeOf({ ...self, pid: 2 ** 30 })).toBe("dead");
    if (process.platform === "win32") return;
    expect(PROCESSES.lifeOf({ ...self, start: "1" })).toBe("dead");
  });

  test.runIf(process.platform === "linux")("those of another container are elsewhere", () => {
    expect(PROCESSES.lifeOf({ ...PROCESSES.self, space: "1" })).toBe("elsewhere");
  });

  test("a killed process has lost its lock at once", async () => {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    await once(child, "spawn");
    const self = processName(child.pid ?? 0);
    takeLock(folder, SYSTEM_CALLS, { self, lifeOf: PROCESSES.lifeOf });
    expect(takeLock(folder, SYSTEM_CALLS, PROCESSES)).toEqual({
      type: "held",
      by: self,
      life: "alive",
    });
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(takeLock(folder, SYSTEM_CALLS, PROCESSES).type).toBe("taken");
  });
});
