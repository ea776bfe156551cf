import type { NodeId } from "@kontiki/core";
import { KontikiError, messageOf } from "../errors.ts";
import type { HostQuestion } from "../hosts/host-questions.ts";
import type { ChangeAnswer, RemoteControl } from "../mail/protocol.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";

/** What became of a call to a node. `unasked`: it has not reached the node. `open`: it may have. */
export type Asked<T> =
  | { readonly type: "answer"; readonly value: T }
  | { readonly type: "unasked" | "open"; readonly why: string };

/** A call to a node, as a node here and the host of another node take it. */
export type NodeCall<T> = {
  /** What it is, for errors. */
  readonly what: string;
  readonly here: (node: RemoteControl) => Promise<T>;
  readonly elsewhere: HostQuestion;
  /** Checks what another host has answered; undefined for anything else. */
  readonly read: (value: unknown) => { readonly value: T } | undefined;
};

/** Calls a node, which may be on another host. */
export async function askNode<T>(
  supervisor: RemoteSupervisor,
  node: NodeId,
  timeoutMs: number,
  { what, here, elsewhere, read }: NodeCall<T>,
): Promise<Asked<T>> {
  const child = supervisor.child(node);
  const hosts = supervisor.otherHosts;
  if (child === undefined && hosts !== undefined) {
    const host = hosts.hostOf(node);
    if (host === undefined) return { type: "unasked", why: `no host is known to have ${node}` };
    const reply = await hosts.ask(host, elsewhere, timeoutMs);
    if (reply.type === "refused") return { type: "open", why: reply.why };
    if (reply.type === "none") return { type: reply.isOpen ? "open" : "unasked", why: reply.why };
    const answer = read(reply.value);
    if (answer !== undefined) return { type: "answer", value: answer.value };
    return { type: "open", why: `host ${host} answers with something that is no answer` };
  }
  const control = child?.control;
  if (control === undefined) return { type: "unasked", why: `${node} has no thread` };
  try {
    return { type: "answer", value: await control.call(what, timeoutMs, here) };
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    return { type: "open", why: messageOf(error) };
  }
}

/** Checks what another host says of a membership change. */
export function readChangeAnswer(value: unknown): { readonly value: ChangeAnswer } | undefined {
  if (typeof value !== "object" || value === null || !("taken" in value)) return undefined;
  const { taken } = value;
  if (taken === true && "index" in value && typeof value.index === "number")
    return { value: { taken, index: value.index } };
  if (taken === false && "reason" in value && typeof value.reason === "string")
    return { value: { taken, reason: value.reason } };
  return undefined;
}

/** Checks what another host says of a transfer. */
export function readReason(value: unknown): { readonly value: string | undefined } | undefined {
  if (value === null) return { value: undefined };
  return typeof value === "string" ? { value } : undefined;
}

/** Checks what another host says of a state. */
export function readDigest(
  value: unknown,
): { readonly value: { readonly applied: number; readonly sha256: string } } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!("applied" in value) || !("sha256" in value)) return undefined;
  const { applied, sha256 } = value;
  if (typeof applied !== "number" || typeof sha256 !== "string") return undefined;
  return { value: { applied, sha256 } };
}
