import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Seconds of CPU time: of this process with all its threads, and of the whole machine. */
export type CpuTime = { readonly own: number; readonly machine: number };

/** Reads both clocks. */
export function cpuTime(): CpuTime {
  const { user, system } = process.cpuUsage();
  return { own: (user + system) / 1e6, machine: machineTime() };
}

/** The time between two readings: of this process, and of everything else on the machine. */
export function cpuBetween(
  from: CpuTime,
  to: CpuTime,
): { readonly own: number; readonly other: number } {
  const own = to.own - from.own;
  return { own, other: Math.max(0, to.machine - from.machine - own) };
}

/** On Linux it includes software interrupts, which disks cause and which `os.cpus()` leaves out. */
function machineTime(): number {
  try {
    const [, user, nice, system, , , irq, softirq] = readFileSync("/proc/stat", "utf8")
      .slice(0, 200)
      .split(/\s+/)
      .map(Number);
    return ((user ?? 0) + (nice ?? 0) + (system ?? 0) + (irq ?? 0) + (softirq ?? 0)) / 100;
  } catch {
    return cpus().reduce((sum, { times: t }) => sum + t.user + t.nice + t.sys + t.irq, 0) / 1000;
  }
}
