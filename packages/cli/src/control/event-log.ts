import { KontikiError, type ClusterEvent } from "@kontiki/actors";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { messageOf, reasonOf } from "../output/error-text.ts";
import { eventText } from "../render/event-text.ts";
import { timeOfDay } from "./wall-clock.ts";

/** Without waiting: a pipe that nobody reads would hold up the program forever. */
const APPEND = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK;

/** Levels as in pino, so that its tools read the file. */
export const INFO = 30;
const WARN = 40;
const ERROR = 50;

/** A line of the log: what pino writes, and the fields of the event. */
export type LogRecord = {
  readonly level: number;
  /** In ms since 1970. */
  readonly time: number;
  readonly pid: number;
  readonly hostname: string;
  readonly name: string;
  readonly msg: string;
  readonly event?: string;
  readonly node?: string;
};

/** The log of a cluster's events: one JSON object a line, in a file that it appends to. */
export class EventLog {
  readonly #descriptor: number;
  readonly #name: string;
  readonly #onProblem: (problem: string) => void;
  #isBroken = false;
  /** Whether the last line is there in part: a full disk has cut it. */
  #isTorn = false;

  /** @throws KontikiError when the file cannot be opened */
  constructor(path: string, name: string, onProblem: (problem: string) => void) {
    try {
      this.#descriptor = openSync(path, APPEND, 0o600);
    } catch (error) {
      throw new KontikiError(`cannot write the log ${path}: ${reasonOf(error)}`, { cause: error });
    }
    this.#name = name;
    this.#onProblem = onProblem;
  }

  /** Adds an event that has a text for people. */
  add(event: ClusterEvent): void {
    const msg = eventText(event);
    if (msg === undefined) return;
    const { type, ...fields } = event;
    this.#write({ ...fields, level: levelOf(event), event: type, msg });
  }

  /** Adds what is no event of a node. */
  note(msg: string): void {
    this.#write({ level: INFO, msg });
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** A cluster must not fail because of its log: what cannot be written is left out, and reported once. */
  #write(fields: Omit<LogRecord, "time" | "pid" | "hostname" | "name">): void {
    const [pid, name] = [process.pid, this.#name];
    const { level, msg, ...others } = fields;
    // In the order in which pino writes them.
    const record = { level, time: timeOfDay(), pid, hostname: hostname(), name, ...others, msg };
    try {
      const line = Buffer.from(`${this.#isTorn ? "\n" : ""}${JSON.stringify(record)}\n`);
      const written = writeSync(this.#descriptor, line);
      if (written > 0) this.#isTorn = written < line.length;
      this.#isBroken = false;
    } catch (error) {
      if (!this.#isBroken) this.#onProblem(`cannot write the log: ${messageOf(error)}`);
      this.#isBroken = true;
    }
  }
}

/** The level of an event. */
export function levelOf(event: ClusterEvent): number {
  switch (event.type) {
    case "failed":
    case "diverged":
      return ERROR;
    case "trouble":
    case "noLeader":
      return WARN;
    case "crashed":
      return event.asked ? INFO : WARN;
    default:
      return INFO;
  }
}
