import type { NodeId } from "@kontiki/core";
import { KontikiError, messageOf } from "../errors.ts";
import type { HostAnswer, HostQuestion, ProgramQuestion } from "../hosts/host-questions.ts";
import type { NodeControl } from "../mail/protocol.ts";
import type { Remote } from "../supervision/control.ts";
import type { NodeChild } from "./node-child.ts";

/** How long a node may take to answer, in ms: longer than the longest turn. */
const CALL_MS = 10_000;

/** Answers a question of another host. @param program what the program answers. */
export async function answerHost(
  question: HostQuestion,
  childOf: (node: NodeId) => NodeChild | undefined,
  program: (question: ProgramQuestion) => Promise<HostAnswer>,
): Promise<HostAnswer> {
  switch (question.type) {
    case "nodes":
    case "drop":
      return program(question);
    case "change": {
      const { node, changes } = question;
      return called(childOf(node), "membership change", (control) =>
        control.changeMembership(changes),
      );
    }
    case "transfer": {
      const { node, target } = question;
      return called(childOf(node), "transfer", async (control) =>
        control.transfer(target).then((reason) => reason ?? null),
      );
    }
    case "digest":
      return called(childOf(question.node), "digest", (control) => control.digest());
    default:
      return question satisfies never;
  }
}

async function called(
  child: NodeChild | undefined,
  what: string,
  ask: (control: Remote<NodeControl>) => Promise<unknown>,
): Promise<HostAnswer> {
  const control = child?.thread?.control;
  if (control === undefined || child?.status().life.type !== "running")
    return { type: "refused", why: `${what}: the node does not run there` };
  try {
    return { type: "answer", value: await control.call(what, CALL_MS, ask) };
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    return { type: "refused", why: messageOf(error) };
  }
}
