import { errorCode } from "../errors.ts";
import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

/** Identifies a process uniquely on this machine, over time. */
export type ProcessName = {
  readonly pid: number;
  /** When it was started, since pids are reused. Comparable only as text; "" if unknown. */
  readonly start: string;
  /** The boot of the machine that it belongs to; "" if unknown. */
  readonly boot: string;
  /** The namespace of its pid: each container has its own; "" if unknown. */
  readonly space: string;
};

/** `elsewhere`: in another container, so that its state cannot be determined. */
export type Life = "alive" | "dead" | "elsewhere";

/** What a lock needs to know about processes. */
export interface Processes {
  readonly self: ProcessName;
  readonly lifeOf: (name: ProcessName) => Life;
}

/** The processes of this machine. */
export const PROCESSES: Processes = {
  get self() {
    return processName(process.pid);
  },
  lifeOf: (name) => {
    const now = processName(name.pid);
    if (name.boot !== now.boot) return "dead";
    if (name.space !== now.space) return "elsewhere";
    if (!isAlive(name.pid)) return "dead";
    return now.start === "" || now.start === name.start ? "alive" : "dead";
  },
};

/** Identifies the process that has a pid now. */
export function processName(pid: number): ProcessName {
  const boot = contentOf("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return { pid, start: startOf(pid), boot, space: pidNamespace() };
}

function startOf(pid: number): string {
  if (process.platform === "linux") return linuxStat(pid)?.start ?? "";
  const environment = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  const ps = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { env: environment });
  const started = ps.status === 0 ? ps.stdout.toString() : "";
  return started.trim().replaceAll(/[^A-Za-z0-9]+/g, "-");
}

function isAlive(pid: number): boolean {
  if (!existsFor(pid)) return false;
  // A killed process that its parent has not yet collected still has its pid. Its other threads may outlive the first
  // one for a moment, in the middle of a write.
  const stat = process.platform === "linux" ? linuxStat(pid) : undefined;
  return stat === undefined || !"ZX".includes(stat.state) || stat.threads > 1;
}

function existsFor(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // A process of another user exists, though it may not be signalled.
    return errorCode(cause) === "EPERM";
  }
}

type LinuxStat = { readonly state: string; readonly threads: number; readonly start: string };

/** Undefined if there is no such process, or if /proc hides those of other users. */
function linuxStat(pid: number): LinuxStat | undefined {
  const content = contentOf(`/proc/${pid}/stat`);
  if (content === undefined) return undefined;
  // Field 2 is the program's name in parentheses and may contain anything, so fields are counted from 3.
  const fields = content.slice(content.lastIndexOf(")") + 2).split(" ");
  const [state = "", threads = "", start = ""] = [fields[3 - 3], fields[20 - 3], fields[22 - 3]];
  return { state, threads: Number(threads), start };
}

function pidNamespace(): string {
  try {
    return /[0-9]+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "";
  } catch {
    return "";
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
