import type { HuntName } from "./hunt.ts";
import { prowl } from "./prowl.ts";

// A process of its own for each mutant: the program that it loads is a broken one, and may not even end.
const [deadlineMs = "", ...first] = process.argv.slice(2);
const outcome = prowl(first as HuntName[], Number(deadlineMs), () => performance.now());
process.stdout.write(`${JSON.stringify(outcome)}\n`);
