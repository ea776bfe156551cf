/** Builders for tests of linearizable reads. */
import { index, type Effect, type Event, type NodeId } from "@kontiki/core";
import type { Command } from "./core.ts";

export function read(id: number, leased = false): Event<Command> {
  return { type: "read", id, leased };
}

export function readReady(id: number, at: number): Effect<Command> {
  return { type: "readReady", id, index: index(at) };
}

export function rejectRead(id: number, known?: NodeId): Effect<Command> {
  return { type: "rejectRead", id, leader: known };
}
