import type { NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import type { NodeChild } from "./node-child.ts";
import type { SupervisorOrder } from "./supervision.ts";
import type { Supervisor } from "./supervisor.ts";

/** Carries an order of the program out. Returns why it was refused; undefined if it was not. */
export function obeyOrder(supervisor: Supervisor, order: SupervisorOrder): string | undefined {
  try {
    carryOut(supervisor, order);
    return undefined;
  } catch (error) {
    if (error instanceof KontikiError) return error.message;
    throw error;
  }
}

function carryOut(supervisor: Supervisor, order: SupervisorOrder): void {
  switch (order.type) {
    case "add":
      supervisor.add(order.disk);
      return;
    case "watchLeader":
      return supervisor.watchLeader();
    case "announceStop":
      return supervisor.announceStop();
    case "stopAll":
      return supervisor.stop(order.deadlineMs);
    case "end":
      return supervisor.close();
    default: {
      const child = supervisor.child(order.node);
      if (child === undefined) throw new KontikiError(`there is no node ${order.node}`);
      if (order.type === "forget") supervisor.forget(child);
      else if (order.type === "swapDisks") swapDisks(supervisor, child, order.other);
      else orderChild(child, order);
    }
  }
}

function swapDisks(supervisor: Supervisor, child: NodeChild, other: NodeId): void {
  const second = supervisor.child(other);
  if (second === undefined) throw new KontikiError(`there is no node ${other}`);
  child.swapDiskWith(second);
}

type OfChild = Exclude<
  Extract<SupervisorOrder, { readonly node: unknown }>,
  { readonly type: "forget" | "swapDisks" }
>;

function orderChild(child: NodeChild, order: OfChild): void {
  switch (order.type) {
    case "start":
      return child.start();
    case "crash":
      return order.kept === undefined ? child.crash() : child.losePower(order.kept);
    case "pause":
      return child.pause();
    case "resume":
      return child.resume();
    case "stop":
      return child.stop(order.deadlineMs);
    case "close":
      return child.close(order.deadlineMs, order.why);
    case "takeDisk":
      return child.takeDisk(order.why);
    case "giveDisk":
      return child.giveDisk(order.uid);
    default:
      order satisfies never;
  }
}
