import type { MailboxLimits } from "../lanes/mailbox-table.ts";
import { oneOf } from "../options/words.ts";
import { patience, rule, whole, milliseconds, shown, type Rule } from "../options/rules.ts";
import { fields, type Schema } from "../options/schema.ts";
import type { RestartPolicy } from "../supervision/restart-policy.ts";
import {
  RESTART_TYPES,
  STRATEGIES,
  type RestartType,
  type Strategy,
} from "../supervision/strategy.ts";
import type { AskOptions } from "./behavior.ts";

/** What a system of actors is made with. */
export type ActorSystemOptions = {
  /** Which actors are restarted when one crashes. Default: `one-for-one`. */
  readonly strategy?: Strategy | undefined;
  /**
   * When a crashed actor is restarted, and when it is given up. Default: up to 10 crashes within 10 s, the first pause 20 ms,
   * doubled with each crash up to 500 ms.
   */
  readonly restarts?: Partial<RestartPolicy> | undefined;
  /**
   * The bounds of each mailbox. A full mailbox rejects new messages, which are dead letters. The program may fill half of
   * it. Default: 4096 letters, 64 MiB.
   */
  readonly mailbox?: Partial<MailboxLimits> | undefined;
  /** How long an actor may take to end gracefully, in ms, before it is killed. Default: 5000. */
  readonly stopMs?: number | undefined;
};

/** How one actor is run. */
export type SpawnOptions = {
  /** What its module's function gets: plain data. Default: undefined. */
  readonly args?: unknown;
  /** Whether it is restarted after its end. Default: `permanent`. */
  readonly restart?: RestartType | undefined;
  /** The limit of its heap, in MiB. An actor that needs more crashes. Default: 256. */
  readonly heapMiB?: number | undefined;
};

const RESTARTS: Schema<Partial<RestartPolicy>> = {
  crashes: whole(0),
  withinMs: milliseconds(1),
  firstPauseMs: milliseconds(0),
  pauseMsMax: milliseconds(0),
};

const MAILBOX: Schema<Partial<MailboxLimits>> = { letters: whole(1), bytes: whole(1) };

export const SYSTEM_OPTIONS: Schema<ActorSystemOptions> = {
  strategy: oneOf(...STRATEGIES),
  restarts: fields(RESTARTS),
  mailbox: fields(MAILBOX),
  stopMs: milliseconds(0),
};

const anything: Rule<never> = () => undefined;

export const SPAWN_OPTIONS: Schema<SpawnOptions> = {
  // Checked by its encoding: any plain data.
  args: anything as never,
  restart: oneOf(...RESTART_TYPES),
  heapMiB: whole(16, 2 ** 16),
};

export const ASK_OPTIONS: Schema<AskOptions> = { deadlineMs: patience };

/** The defaults, with what is given in their place. */
export function filled<Settings extends object>(
  defaults: Settings,
  given: Partial<Settings> = {},
): Settings {
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(present) };
}

/** A name that an actor can have. */
export const actorName: Rule<string> = (value, path) =>
  typeof value === "string" && /^[a-zA-Z][\w-]{0,63}$/.test(value)
    ? undefined
    : `${path} is ${shown(value)}: give a name of letters, digits, _ and -, a letter first, 64 at most`;

/** A text that may name an actor; whether there is one of this name is another question. */
export const someActor: Rule<string> = rule(
  "the name of an actor",
  (value) => typeof value === "string" && value !== "",
);
