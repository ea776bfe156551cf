import { hasThread, lifeAsSeen, type ActorLife } from "./life.ts";

/** What can be asked of an actor and refused. A stop is never refused. */
export type Request = "start" | "crash" | "pause";

/** Why an actor refuses a request in this life; undefined when it does not. */
export function refusal(request: Request, name: string, life: ActorLife): string | undefined {
  const closed = request === "pause" ? undefined : whyClosed(life);
  if (closed !== undefined) return closed;
  switch (request) {
    case "start":
      return whyNoStart(name, life);
    case "crash":
      if (life.type === "stopping") return `${name} is being stopped`;
      return hasThread(life) ? undefined : withoutThread(request, name, life);
    case "pause":
      if (life.type === "running") return undefined;
      if (!hasThread(life)) return withoutThread(request, name, life);
      return `${name} cannot be paused: it ${whatEnds(life) ?? "is starting"}`;
    default:
      return request satisfies never;
  }
}

/** Why the actor never starts again; undefined when it can. */
export function whyClosed(life: ActorLife): string | undefined {
  if (life.type === "closed") return life.why;
  return life.type === "stopping" ? life.closed : undefined;
}

/** A thread that ends still has its memory and its files: the next one waits for that. */
function whyNoStart(name: string, life: ActorLife): string | undefined {
  if (life.type === "barred") return `${name} cannot start: ${life.why}`;
  if (!hasThread(life)) return undefined;
  const ends = whatEnds(life);
  return ends === undefined ? `${name} runs already` : `${name} cannot start yet: it ${ends}`;
}

function withoutThread(request: Request, name: string, life: ActorLife): string {
  return `${name} has no thread to ${request}: it is ${lifeAsSeen(life).type}`;
}

/** What ends the thread of an actor; undefined if nothing does. */
function whatEnds(life: ActorLife): string | undefined {
  switch (life.type) {
    case "unusable":
      return `cannot run: ${life.why}`;
    case "dying":
      return `has crashed: ${life.cause}`;
    case "crashing":
      return "is being killed";
    case "recycling":
      return "is being restarted";
    case "stopping":
      return "is being stopped";
    default:
      return undefined;
  }
}
