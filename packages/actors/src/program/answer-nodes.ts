import type { HostAnswer } from "../hosts/host-questions.ts";
import { nodesToWire } from "../hosts/told-nodes.ts";
import type { RemoteChild } from "./remote-child.ts";

/** Answers another host that asks how the nodes here are. */
export function answerNodes(children: readonly RemoteChild[]): HostAnswer {
  const told = children.map((child) => ({
    status: child.status(),
    membership: child.membership,
    isBeingWiped: child.wipes.areUnderWay,
  }));
  return { type: "answer", value: nodesToWire(told) };
}
