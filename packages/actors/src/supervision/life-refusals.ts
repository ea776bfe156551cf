import { hasThread, lifeAsSeen, type ActorLife } from "./life.ts";

/** What can be asked of an actor and refused. A stop is never refused. */
export type Request = "start" | "crash" | "pause";

/** Why an actor refuses a request in this life; undefined when it does not. */
export function refusal(request: Request, name: string, life: ActorLife): string | undefined {
  const { type } = lifeAsSeen(life);
  if (request === "pause")
    return life.type === "running" ? undefined : `${name} has no thread to pause: it is ${type}`;
  const closed = whyClosed(life);
  if (closed !== undefined) return closed;
  switch (request) {
    case "start":
      if (type === "starting" || type === "running") return `${name} runs already`;
      return life.type === "barred" ? `${name} cannot start: ${life.why}` : undefined;
    case "crash":
      if (life.type === "stopping") return `${name} is being stopped`;
      return hasThread(life) ? undefined : `${name} has no thread to crash: it is ${type}`;
    default:
      return request satisfies never;
  }
}

/** Why the actor never starts again; undefined when it can. */
export function whyClosed(life: ActorLife): string | undefined {
  if (life.type === "closed") return life.why;
  return life.type === "stopping" ? life.closed : undefined;
}
