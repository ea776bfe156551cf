import { parseHistory } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { linelessHistory } from "../support/operations.ts";

const log = (...events: readonly string[]): string =>
  events.map((event) => `INFO  jepsen.util - ${event.replaceAll(" ", "\t")}\n`).join("");

describe("a Jepsen log", () => {
  test("becomes operations whose times are their positions in the file", () => {
    const text = log(
      "0 :invoke :write 3",
      "1 :invoke :read nil",
      "0 :ok :write 3",
      "1 :ok :read 3",
    );
    expect(linelessHistory(parseHistory(text, "jepsen"))).toEqual({
      unit: "step",
      reading: { failedCas: "no-effect" },
      marks: [],
      operations: [
        {
          process: "0",
          call: 0,
          input: { f: "write", value: 3 },
          status: "ok",
          return: 2,
          output: 3,
        },
        {
          process: "1",
          call: 1,
          input: { f: "read", value: null },
          status: "ok",
          return: 3,
          output: 3,
        },
      ],
    });
  });

  test.each([
    [
      "a read that timed out had no effect",
      ":read nil",
      ":fail :read :timed-out",
      { status: "failed", return: 1 },
    ],
    [
      "a write that failed had no effect",
      ":write 3",
      ":fail :write 3",
      { status: "failed", return: 1 },
    ],
    [
      "a cas that matched",
      ":cas [1,2]",
      ":ok :cas [1,2]",
      { status: "ok", return: 1, output: true },
    ],
    [
      "a cas that failed had no effect",
      ":cas [1,2]",
      ":fail :cas [1,2]",
      { status: "failed", return: 1 },
    ],
    [
      "a cas may end as an answer",
      ":cas [1,2]",
      ":ok :cas false",
      { status: "ok", return: 1, output: false },
    ],
    ["info leaves an operation open", ":write 3", ":info :write :timed-out", { status: "open" }],
  ])("%s", (_title, call, end, ending) => {
    const text = log(`0 :invoke ${call}`, `0 ${end}`);
    expect(parseHistory(text, "jepsen").operations[0]).toMatchObject(ending);
  });

  test.each([
    ["a cas that did not match is an answer", ":fail :cas [1,2]", "ok"],
    ["a cas that failed for a reason is no answer", ":fail :cas :refused", "failed"],
    ["the reason may come after the value", ":fail :cas [1,2] :refused", "failed"],
    ["nothing else that failed is an answer", ":fail :read nil", "failed"],
  ])("with failed-cas observed, %s", (_title, end, status) => {
    const call = end.includes("read") ? ":read nil" : ":cas [1,2]";
    const text = log(`0 :invoke ${call}`, `0 ${end}`);
    const history = parseHistory(text, "jepsen", { failedCas: "observed" });
    expect(history.reading).toEqual({ failedCas: "observed" });
    expect(history.operations[0]).toMatchObject(
      status === "ok" ? { status, return: 1, output: false } : { status, return: 1 },
    );
  });

  test.each(["", " #<SocketTimeoutException java.net>", " ##NaN", " [1", " nil {:a"])(
    "what :info and :fail write may be anything: %j",
    (value) => {
      const ends = (type: string): unknown =>
        parseHistory(log("0 :invoke :write 3", `0 :${type} :write${value}`), "jepsen").operations;
      expect(ends("info")).toMatchObject([{ status: "open", input: { value: 3 } }]);
      expect(ends("fail")).toMatchObject([{ status: "failed", input: { value: 3 } }]);
    },
  );

  test("an operation that never ends is open, and its process continues under a new number", () => {
    const text = log("0 :invoke :write 3", "0 :info :write :timed-out", "5 :invoke :read nil");
    expect(parseHistory(text, "jepsen").operations.map(({ status }) => status)).toEqual([
      "open",
      "open",
    ]);
  });

  test("other loggers, blank lines, dates and spaces for tabs do not matter", () => {
    const text =
      "INFO [2024-01-01] jepsen core - Running test\n\n" +
      "INFO [2024-01-01] jepsen worker 0 - jepsen.util 0\t:invoke\t:read\tnil\r\n" +
      "INFO  jepsen.util - 0   :ok   :read  nil";
    expect(parseHistory(text, "jepsen").operations).toHaveLength(1);
  });

  test.each([
    "\tat jepsen.util$timeout.invoke(util.clj:234)",
    "\tat jepsen.util timeout",
    "INFO  jepsen.core - see jepsen.util for details",
    "INFO [2024-01-01 00:00:00,000] main - jepsen.core see jepsen.util$timeout",
    "INFO  jepsen.util-extra - 0 :ok :read 3",
    "INFO  my.jepsen.util - 0 :ok :read 3",
  ])("a line that only mentions the logger is none of its events: %j", (line) => {
    const text = log("0 :invoke :read nil") + `${line}\n` + log("0 :ok :read 4");
    expect(parseHistory(text, "jepsen").operations).toMatchObject([{ output: 4, return: 1 }]);
  });

  test("the logger may end with a colon", () => {
    const text = "INFO [jepsen worker 0] jepsen.util: 0\t:invoke\t:read\tnil";
    expect(parseHistory(text, "jepsen").operations).toHaveLength(1);
  });

  test("events of the nemesis become marks", () => {
    const text = log(
      ":nemesis :info :start nil",
      ":nemesis :info :start nil",
      "0 :invoke :read nil",
      ":nemesis :info :stop nil",
      ":nemesis :info :stop nil",
      ":nemesis :info :kill :n1",
      ':nemesis :info :kill "Cut off {:n1 #{:n2',
      ":nemesis :info :start-partition nil",
    );
    expect(parseHistory(text, "jepsen").marks).toEqual([
      { type: "fault", text: "fault", from: 0, to: 3 },
      { type: "fault", text: "kill", from: 5, to: 6 },
      { type: "fault", text: "partition", from: 7 },
    ]);
  });
});

describe("an error in a log is reported with line and column", () => {
  test.each([
    ["", 1, 1, "the file has no event of jepsen.util"],
    ["hello\n", 1, 1, "the file has no event of jepsen.util"],
    [
      log("0 :invoke :read nil", "0 :inv"),
      2,
      21,
      "not an event: expected PROCESS :invoke|:ok|:fail|:info :FUNCTION VALUE",
    ],
    [log("0 :invoke :write [1"), 1, 38, '"[" is never closed'],
    [log("0 :ok :read nil"), 1, 21, "process 0 ends an operation that it never started"],
    [
      log("0 :invoke :read nil", "0 :invoke :read nil"),
      2,
      21,
      "process 0 starts an operation before its last one has ended",
    ],
    [
      log("0 :invoke :write 1", "0 :info :write 1", "0 :invoke :read nil"),
      3,
      21,
      "process 0 starts an operation after one that ended :info and may still run: Jepsen gives its client a new number",
    ],
    [
      log("0 :invoke :read nil", "0 :ok :write 1"),
      2,
      21,
      "process 0 ends :write, but it had started :read",
    ],
    [
      "INFO  jepsen.util - 0 :invoke :write 1 INFO  jepsen.util - 0 :ok :write 1\n",
      1,
      40,
      "more than one event in a line, or text after the value",
    ],
    [
      log("0 :invoke :write 1 0 :ok :write 1"),
      1,
      40,
      "more than one event in a line, or text after the value",
    ],
    [
      log("0 :invoke :write 1 2 3"),
      1,
      40,
      "more than one event in a line, or text after the value",
    ],
    [
      log("0 :invoke :write 1", "0 :info :write :timeout 1 :invoke :read nil"),
      2,
      21,
      "more than one event in a line, or text after the value",
    ],
    [
      log("0 :invoke :write 1", ":nemesis :info :start nil INFO jepsen.util - 0 :ok :write 1"),
      2,
      21,
      "more than one event in a line, or text after the value",
    ],
    [
      log("0 :invoke :read nil", "1 :invoke :write 1e400"),
      2,
      38,
      "1e400 is not exact as a float of 64 bits: write it with the suffix M",
    ],
  ])("%j", (text, line, column, message) => {
    expect(() => parseHistory(text, "jepsen")).toThrow(
      expect.objectContaining({ name: "HistoryError", message, line, column }),
    );
  });
});
