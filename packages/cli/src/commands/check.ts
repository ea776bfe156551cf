import { Argument, Option } from "commander";
import type { CheckOptions } from "../actions/check.ts";
import { FAILED_CAS, FORMATS, MODELS } from "../host/limits.ts";
import type { Define } from "./define.ts";
import { file, seconds, wholeNumber } from "./options.ts";

const DAY_S = 24 * 60 * 60;

/** `kontiki check`: checks a recorded history. */
export const defineCheck: Define = (command, { host, done }) => {
  command
    .addArgument(new Argument("<file>", "the history; - reads standard input").argParser(file))
    .addOption(
      new Option(
        "--model <model>",
        `what the history is of: ${MODELS.join(", ")}, or the path of a module`,
      )
        .argParser(file)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        "--format <format>",
        "format of the file (default: detected from its beginning)",
      ).choices(FORMATS),
    )
    .addOption(
      new Option(
        "--failed-cas <reading>",
        "what a cas that ended :fail means in a Jepsen history (default: no-effect)",
      ).choices(FAILED_CAS),
    )
    .option("--independent", "each value is [key value], and each key is an object")
    .option("--no-independent", "values that look like [key value] are values of one object")
    .option("--initial <value>", "value of each object at first, in EDN or JSON like the file")
    .option(
      "--unknown-reads",
      "an ok read, get, dequeue, contains, or read of a txn, that returned nil was not recorded",
    )
    .addOption(
      new Option("--html <file>", "also write a page that shows the history").argParser(file),
    )
    .option("--json", "print one JSON object")
    .addOption(
      new Option("--seconds <s>", "time limit, reading included; the verdict is unknown after it")
        .argParser(seconds(0.1, DAY_S))
        .default(60),
    )
    .addOption(
      new Option("--memory <mib>", "memory that it may use; the verdict is unknown beyond it")
        .argParser(wholeNumber(1, 12_288))
        .default(1024, "1024 MiB"),
    )
    .addHelpText("after", HELP)
    .action(async (name: string, options: CheckOptions) => {
      const { check } = await import("../actions/check.ts");
      done(await check(name, options, host));
    });
};

const HELP = `
Examples:
  $ kontiki check history.jsonl --model key-value
  $ kontiki check jepsen.log --model register --html report.html
  $ kontiki check history.edn --model ./my-model.js --seconds 600 --json
  $ kontiki check history.edn --model register --independent --initial 0
  $ zcat history.edn.gz | kontiki check - --model txn-list-append

A history is linearizable if each operation can be given one moment between its call and its return at
which it takes effect, so that the model explains every result. An operation that never returned may
have taken effect at any time after its call, or never. An operation that failed had no effect, whatever
it was and whatever the model.

In a Jepsen history, :fail says that it failed. --failed-cas observed is for histories in which a cas
that ended :fail has looked and found another value: then it is an answer, and constrains the value.
JSON lines tell both apart: "status":"failed" had no effect, "status":"ok" with "output":false found
another value. The reading that was used is part of the output.

Without --unknown-reads, nil is what was found: an absent value, or an empty list, set or queue. With
it, read, get, dequeue and contains that ended ok with nil or without a value, and each [:r key nil] of
a txn that ended ok, may have returned anything. No other operation is read in another way.

--initial '""' is for a key-value store that reads an absent text as an empty one.

The order of a Jepsen history is that of its events in the file, or of their :index; times are shown
and decide nothing. In JSON lines, the times of calls and returns decide: two operations are concurrent
if one returns at the time of the other's call, unless both are of one process.

Models: register (read, write, cas), key-value (get, put, append, delete, cas; each key by itself),
list-append (append, read), queue (enqueue, dequeue), lock (acquire, release), set (add, remove,
contains, read), txn-register (txn of [:r key value] and [:w key value]), txn-list-append (txn of
[:r key list] and [:append key value]). A txn is one atomic operation on several keys. A custom module
has a FileModel of @kontiki/testing as its default export.

Formats: a Jepsen test's log (jepsen), a Jepsen history (edn), or one JSON object per line (jsonl):
  {"type":"operation","process":"c1","f":"write","value":3,"call":0,"return":4,"status":"ok"}
  {"type":"operation","process":"c2","f":"read","call":1,"return":5,"status":"ok","output":3}
  {"type":"operation","process":"c1","f":"write","value":4,"call":6,"status":"open"}
"key" names the object. "status" is ok, failed or open. A process runs one operation at a time, and one
that is open is its last. "order", if all operations that returned have it, is the position in a claimed
order such as a log; if it holds, no search is needed, and if not, the output says where. The first line
may be {"type":"history","version":1,"unit":"ms"}, with unit ns, us, ms or s, and with "initial", the
value of each object at first. Lines of type "fault" ("text", "from", "to", "node") and "leader"
("node", "from", "to", "term") appear on the page.

--json: file, format, verdict, model, unit, reading (failedCas, independent, initial, unknownReads),
operations, brokenClaims (object, problem, operation, order), elapsedMs, steps, configurations. When
valid: objects (total, claimed). When violated: object, prefix, state, otherStates, unplaced; an
operation has process, operation, status, call, return. When unknown: why ("time", "memory",
"interrupted"), and while ("reading") instead of counts if that was before the check.

Exit status: 0 valid, 1 violated, 2 bad usage or a broken history, 3 unknown, 4 an error of the tool,
130 interrupted by Ctrl-C.`;
