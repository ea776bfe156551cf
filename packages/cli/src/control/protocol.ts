import type { ClusterEvent } from "@kontiki/actors";
import type { Failure } from "../session/answer.ts";
import type { Word } from "../session/split-words.ts";
import type { GatewayReach } from "../gateway/reach.ts";
import type { Registered } from "./registry.ts";

/**
 * What a socket carries: lines of the prompt one way, and the objects of `--json` the other way, one for each line.
 *
 * Lines that begin with `@` are for the connection itself.
 */
export const REQUESTS = {
  /** Its reply has {@link Hello} as its value. */
  hello: "@hello",
  /** From now on the text of a reply for people comes before it; with `color` coloured. */
  text: "@text",
  /** From now on the connection carries an {@link Told} for each event, and takes no more lines. */
  events: "@events",
  /** Interrupts the commands of this connection. It has no reply. */
  interrupt: "@interrupt",
  /** The sender waits for its replies: if its half of the connection ends before, it is gone, and so are its commands. */
  stays: "@stays",
  /** Faults that this connection has injected stay when it ends. */
  keep: "@keep",
  /** Stops the cluster gracefully. The connection ends when the nodes have stopped. */
  down: "@down",
} as const;

/** What a cluster says of itself. */
export type Hello = Registered & {
  readonly version: string;
  /** The nodes of its process. */
  readonly nodes: readonly string[];
  /** The other hosts of a cluster that has several, and why one has not answered. */
  readonly others: readonly {
    readonly host: string;
    readonly nodes: readonly string[];
    readonly silent: string | null;
  }[];
  readonly leader: string | null;
  /** Where it answers HTTP; null if it does not. */
  readonly http: GatewayReach | null;
  /** The address of its live page, with the token; null if it has none. */
  readonly page: string | null;
  readonly term: number | null;
};

/** An event; or that some were left out, because they were not read fast enough. */
export type Told =
  { readonly event: ClusterEvent; readonly text: string | null } | { readonly dropped: number };

/** A part of a reply: more of a long text, something announced before the reply, or its end. */
export type Part =
  | { readonly more: string }
  | { readonly note: string }
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string; readonly outcome: Failure["outcome"] };

/** The line of input that is read as these words, and never as a request or a comment. */
export function lineOf(words: readonly Word[]): string {
  const written = ({ text, quoted }: Word, at: number): string =>
    quoted || (at === 0 && /^[#@]/.test(text)) ? JSON.stringify(text) : text;
  return words.map(written).join(" ");
}

/** A line that was typed as a command: one that begins as a request is none. */
export function commandLine(line: string): string {
  return line.replace(/^@\S*/, (word) => JSON.stringify(word));
}

/** Arguments of a shell as words: one that is no plain word is quoted, and so can be anything. */
export function wordOf(argument: string): Word {
  return { text: argument, quoted: !/^[^\s"]\S*$/.test(argument) };
}
