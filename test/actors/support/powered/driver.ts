import type { OutgoingMail } from "../../../../packages/actors/src/mail/protocol.ts";

/** The parts of a turn, in whatever order a driver puts them. */
export type Parts = {
  readonly begin: () => OutgoingMail[];
  readonly write: () => void;
  readonly leads: () => boolean;
  readonly apply: () => OutgoingMail[];
  readonly sync: () => void;
  readonly finish: () => OutgoingMail[];
  readonly workOnSnapshot: () => void;
  readonly post: (mail: readonly OutgoingMail[]) => void;
};

/** A turn as a driver makes it. Between two steps other nodes continue, and power may fail. */
export type Driver = (parts: Parts) => Generator<undefined, void>;

/** The order of node-runner.ts. */
export function* asTheRunnerDoes({
  begin,
  write,
  leads,
  apply,
  sync,
  finish,
  workOnSnapshot,
  post,
}: Parts): ReturnType<Driver> {
  post(begin());
  write();
  if (leads()) post(apply());
  yield;
  sync();
  yield;
  post(finish());
  post(apply());
  workOnSnapshot();
}
