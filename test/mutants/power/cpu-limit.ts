import process from "node:process";

/**
 * Loaded into a program before its own code (`node --import`): interrupts it, as Ctrl-C does, once it has used as many
 * milliseconds of CPU time as KONTIKI_CPU_MS says, and reports on standard error how many it has used. So the load of the
 * machine does not matter.
 */
const limitMs = Number(process.env["KONTIKI_CPU_MS"]);

function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1000);
}

const timer = setInterval(() => {
  if (usedMs() < limitMs) return;
  clearInterval(timer);
  process.kill(process.pid, "SIGINT");
}, 50);
timer.unref();
process.once("exit", () => process.stderr.write(`\ncpu ms: ${usedMs()}\n`));
