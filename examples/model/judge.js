import { readFileSync } from "node:fs";
import { checkLinearizable, interpretHistory, parseHistory, verdictText } from "@kontiki/testing";
import maxRegister from "./max-register.js";

const [file = "valid.jsonl"] = process.argv.slice(2);
const history = interpretHistory(parseHistory(readFileSync(file, "utf8"), "jsonl"), maxRegister);
const verdict = checkLinearizable(history, maxRegister, { timeMs: 10_000 });
process.stdout.write(verdictText(history, maxRegister, verdict));
process.exitCode = { valid: 0, violated: 1, unknown: 3 }[verdict.verdict];
