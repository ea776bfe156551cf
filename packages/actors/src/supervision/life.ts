import { assert } from "@kontiki/core";

/** Where an actor, such as a node, is in its life. It has a thread in `starting` and `running` only. */
export type Life =
  /** Its thread starts: a node recovers its state from its disk. */
  | { readonly type: "starting" }
  /** Its thread takes part: it gets mail. */
  | { readonly type: "running" }
  /** It crashed, or is restarted along with another one, and is started again after a delay: a node from its disk. */
  | { readonly type: "restarting"; readonly cause: string }
  /** It was stopped on request, or has ended by itself as it may. */
  | { readonly type: "stopped" }
  /** It is not started again unless that is requested. */
  | { readonly type: "failed"; readonly cause: string };

/** A pause that a thread was asked to make, and whether it has begun. */
export type Pause = { readonly number: number; readonly begun: boolean };

/**
 * Where an actor is in its life, with all that was asked of it. What users see of it is {@link lifeAsSeen}.
 *
 * The actor has a thread in `starting`, `unusable`, `running`, `dying`, `crashing`, `recycling` and `stopping`, and in no other
 * life.
 */
export type ActorLife =
  /** Its thread gets ready. */
  | { readonly type: "starting" }
  /** Its thread reported that it cannot start and that another attempt would not help. It is about to end. */
  | { readonly type: "unusable"; readonly why: string }
  /** Its thread takes part, or pauses. */
  | { readonly type: "running"; readonly pause: Pause | undefined }
  /** Its thread is about to end for this reason, which was not asked for: that is a crash, whatever is asked from now on. */
  | { readonly type: "dying"; readonly wasReady: boolean; readonly cause: string }
  /** Its thread was killed on request and has not ended yet. */
  | { readonly type: "crashing"; readonly wasReady: boolean }
  /** Its thread was asked to end, because it is restarted along with another one. */
  | { readonly type: "recycling"; readonly wasReady: boolean; readonly cause: string }
  /**
   * Its thread was asked to end. `closed`: why the actor never starts again, if that is so. `crash`: why the thread was about
   * to end before that, if it was.
   */
  | {
      readonly type: "stopping";
      readonly wasReady: boolean;
      readonly closed: string | undefined;
      readonly crash: string | undefined;
    }
  /** Its thread has ended, and another one is started after a delay. */
  | { readonly type: "restarting"; readonly cause: string }
  /** Its thread has ended by itself, as it may. */
  | { readonly type: "completed" }
  /** It does not start again until it is asked to. */
  | { readonly type: "failed"; readonly cause: string }
  /** It was stopped on request. */
  | { readonly type: "stopped" }
  /** It has no thread, and cannot start until what it lacks is there: a node whose disk cannot be used. */
  | { readonly type: "barred"; readonly why: string }
  /** It was stopped permanently. */
  | { readonly type: "closed"; readonly why: string };

/** What happens to an actor. */
export type LifeEvent =
  /** A thread was started. */
  | { readonly type: "spawned" }
  /** The thread is ready. */
  | { readonly type: "ready" }
  /** The thread reported that it can never start. */
  | { readonly type: "foundUnusable"; readonly why: string }
  /** The thread was asked to pause. */
  | { readonly type: "pauseRequested"; readonly number: number }
  /** The thread reported that a pause has begun. */
  | { readonly type: "pauseBegun"; readonly number: number }
  /** The thread was told to continue. */
  | { readonly type: "resumed" }
  /** The thread is about to end, for this reason. */
  | { readonly type: "dying"; readonly cause: string }
  /** The thread was killed on request. */
  | { readonly type: "crashRequested" }
  /** The actor is restarted along with another one, for this reason. */
  | { readonly type: "recycleRequested"; readonly cause: string }
  /** The actor was asked to stop. */
  | { readonly type: "stopRequested" }
  /** The actor was asked to stop permanently. */
  | { readonly type: "closeRequested"; readonly why: string }
  /** The thread ended as it was asked to. */
  | { readonly type: "stopped" }
  /** The thread ended by itself, as it may. */
  | { readonly type: "completed" }
  /** The thread ended, and another one is started after a delay. */
  | { readonly type: "crashed"; readonly cause: string }
  /** The actor is given up. */
  | { readonly type: "gaveUp"; readonly cause: string }
  /** It lacks what it needs to start. */
  | { readonly type: "barred"; readonly why: string }
  /** It has what it needs. */
  | { readonly type: "unbarred" };

/** The life after an event. It is the same life when the event changes nothing. */
export function nextLife(life: ActorLife, event: LifeEvent): ActorLife {
  switch (event.type) {
    case "spawned":
      assert(!hasThread(life), "an actor has at most one thread");
      return { type: "starting" };
    case "ready":
      return onReady(life);
    case "foundUnusable":
      assert(hasThread(life), "only a thread reports");
      // A requested stop wins: the actor ends as stopped, not as failed.
      return life.type === "stopping" ? life : { type: "unusable", why: event.why };
    case "pauseRequested":
      if (life.type !== "running" || life.pause !== undefined) return life;
      return { type: "running", pause: { number: event.number, begun: false } };
    case "pauseBegun":
      if (life.type !== "running" || life.pause?.number !== event.number) return life;
      return { type: "running", pause: { number: event.number, begun: true } };
    case "resumed":
      return life.type === "running" ? { type: "running", pause: undefined } : life;
    case "dying":
      return onDying(life, event.cause);
    case "crashRequested":
      return onCrashRequested(life);
    case "recycleRequested":
      return onRecycleRequested(life, event.cause);
    case "stopRequested":
      return onStopRequested(life);
    case "closeRequested":
      return onCloseRequested(life, event.why);
    case "stopped":
      assert(life.type === "stopping", "a thread that ends as stopped was asked to stop");
      return life.closed === undefined ? { type: "stopped" } : { type: "closed", why: life.closed };
    case "completed":
      assert(hasThread(life), "a thread that has ended was there");
      return { type: "completed" };
    case "crashed":
      assert(hasThread(life), "a thread that crashes was there");
      return { type: "restarting", cause: event.cause };
    case "gaveUp":
      assert(hasThread(life), "an actor is given up when its thread has ended");
      return { type: "failed", cause: event.cause };
    case "barred":
      assert(isAtRest(life), "only an actor at rest loses what it needs");
      return { type: "barred", why: event.why };
    case "unbarred":
      assert(isAtRest(life), "only an actor at rest gets what it needs");
      return { type: "stopped" };
    default:
      return event satisfies never;
  }
}

/** What users see of a life: what its thread does, not what was asked of it. */
export function lifeAsSeen(life: ActorLife): Life {
  switch (life.type) {
    case "starting":
    case "unusable":
      return { type: "starting" };
    case "running":
      return { type: "running" };
    case "dying":
    case "crashing":
    case "recycling":
    case "stopping":
      return { type: life.wasReady ? "running" : "starting" };
    case "restarting":
    case "failed":
      return { type: life.type, cause: life.cause };
    case "barred":
      return { type: "failed", cause: life.why };
    case "completed":
    case "stopped":
    case "closed":
      return { type: "stopped" };
    default:
      return life satisfies never;
  }
}

/** Whether the actor has a thread. */
export function hasThread({ type }: ActorLife): boolean {
  return (
    type === "starting" ||
    type === "unusable" ||
    type === "running" ||
    type === "dying" ||
    type === "crashing" ||
    type === "recycling" ||
    type === "stopping"
  );
}

/** Whether nothing runs until the actor is started again: it was stopped, or has failed. */
export function isAtRest({ type }: ActorLife): boolean {
  return type === "stopped" || type === "failed" || type === "barred";
}

/** Whether its thread was asked to pause. */
export function isPausing(life: ActorLife): boolean {
  return life.type === "running" && life.pause !== undefined;
}

/** Whether its thread has paused. */
export function isPaused(life: ActorLife): boolean {
  return life.type === "running" && life.pause?.begun === true;
}

/** What a thread posted before it was killed still counts. */
function onReady(life: ActorLife): ActorLife {
  if (life.type === "starting") return { type: "running", pause: undefined };
  return "wasReady" in life ? { ...life, wasReady: true } : life;
}

/** The first reason counts: a thread that was asked to end does, however it comes about. */
function onDying(life: ActorLife, cause: string): ActorLife {
  if (life.type !== "starting" && life.type !== "running") return life;
  return { type: "dying", wasReady: life.type === "running", cause };
}

/** Nothing changes for a thread that is about to end with a reason of its own. */
function onCrashRequested(life: ActorLife): ActorLife {
  if (life.type !== "starting" && life.type !== "running") return life;
  return { type: "crashing", wasReady: life.type === "running" };
}

/** What was stopped or given up stays so. A thread that is about to end is not asked again. */
function onRecycleRequested(life: ActorLife, cause: string): ActorLife {
  switch (life.type) {
    case "starting":
    case "running":
      return { type: "recycling", wasReady: life.type === "running", cause };
    case "crashing":
      return { type: "recycling", wasReady: life.wasReady, cause };
    // It ends for its own reason, which must not be lost.
    case "dying":
      return { ...life, type: "recycling" };
    case "completed":
      return { type: "restarting", cause };
    default:
      return life;
  }
}

function onStopRequested(life: ActorLife): ActorLife {
  switch (life.type) {
    case "starting":
    case "unusable":
      return stopping(false);
    case "running":
      return stopping(true);
    case "dying":
      return stopping(life.wasReady, life.cause);
    case "crashing":
    case "recycling":
      return stopping(life.wasReady);
    case "restarting":
    case "completed":
    case "failed":
      return { type: "stopped" };
    case "stopping":
    case "stopped":
    case "barred":
    case "closed":
      return life;
    default:
      return life satisfies never;
  }
}

function stopping(wasReady: boolean, crash?: string): ActorLife {
  return { type: "stopping", wasReady, closed: undefined, crash };
}

/** The first reason stays. */
function onCloseRequested(life: ActorLife, why: string): ActorLife {
  const stopped = onStopRequested(life);
  if (stopped.type === "stopping") return { ...stopped, closed: stopped.closed ?? why };
  return stopped.type === "closed" ? stopped : { type: "closed", why };
}
