import { assert } from "@kontiki/core";
import type { Life } from "../mail/status.ts";

/** A pause that a thread was asked to make, and whether it has begun. */
export type Pause = { readonly number: number; readonly begun: boolean };

/**
 * Where a node is in its life, with all that was asked of it. What users see of it is {@link lifeAsSeen}.
 *
 * The node has a thread in `starting`, `unusable`, `running`, `crashing` and `stopping`, and in no other life.
 */
export type NodeLife =
  /** Its thread recovers its state from its disk. */
  | { readonly type: "starting" }
  /** Its thread reported that it cannot start and that another attempt would not help. It is about to end. */
  | { readonly type: "unusable"; readonly why: string }
  /** Its thread takes part in the cluster, or pauses. */
  | { readonly type: "running"; readonly pause: Pause | undefined }
  /** Its thread was killed on request and has not ended yet. */
  | { readonly type: "crashing"; readonly wasReady: boolean }
  /** Its thread was asked to end. `closed`: why the node never starts again, if that is so. */
  | { readonly type: "stopping"; readonly wasReady: boolean; readonly closed: string | undefined }
  /** Its thread crashed, and another one is started after a delay. */
  | { readonly type: "restarting"; readonly cause: string }
  /** It does not start again until it is asked to. */
  | { readonly type: "failed"; readonly cause: string }
  /** It was stopped on request. */
  | { readonly type: "stopped" }
  /** It has no thread, and its disk cannot be used until it is replaced. */
  | { readonly type: "diskless"; readonly why: string }
  /** It was stopped permanently. */
  | { readonly type: "closed"; readonly why: string };

/** What happens to a node. */
export type LifeEvent =
  /** A thread was started. */
  | { readonly type: "spawned" }
  /** The thread has recovered its state. */
  | { readonly type: "ready" }
  /** The thread reported that it can never start. */
  | { readonly type: "foundUnusable"; readonly why: string }
  /** The thread was asked to pause. */
  | { readonly type: "pauseRequested"; readonly number: number }
  /** The thread reported that a pause has begun. */
  | { readonly type: "pauseBegun"; readonly number: number }
  /** The thread was told to continue. */
  | { readonly type: "resumed" }
  /** The thread was killed on request. */
  | { readonly type: "crashRequested" }
  /** The node was asked to stop. */
  | { readonly type: "stopRequested" }
  /** The node was asked to stop permanently. */
  | { readonly type: "closeRequested"; readonly why: string }
  /** The thread ended as it was asked to. */
  | { readonly type: "stopped" }
  /** The thread ended, and another one is started after a delay. */
  | { readonly type: "crashed"; readonly cause: string }
  /** The thread ended, and the node is given up. */
  | { readonly type: "gaveUp"; readonly cause: string }
  /** Its disk could not be replaced and cannot be used. */
  | { readonly type: "diskLost"; readonly why: string }
  /** It has another disk. */
  | { readonly type: "diskReplaced" };

/** The life after an event. It is the same life when the event changes nothing. */
export function nextLife(life: NodeLife, event: LifeEvent): NodeLife {
  switch (event.type) {
    case "spawned":
      assert(!hasThread(life), "a node has at most one thread");
      return { type: "starting" };
    case "ready":
      return onReady(life);
    case "foundUnusable":
      assert(hasThread(life), "only a thread reports");
      // A requested stop wins: the node ends as stopped, not as failed.
      return life.type === "stopping" ? life : { type: "unusable", why: event.why };
    case "pauseRequested":
      if (life.type !== "running" || life.pause !== undefined) return life;
      return { type: "running", pause: { number: event.number, begun: false } };
    case "pauseBegun":
      if (life.type !== "running" || life.pause?.number !== event.number) return life;
      return { type: "running", pause: { number: event.number, begun: true } };
    case "resumed":
      return life.type === "running" ? { type: "running", pause: undefined } : life;
    case "crashRequested":
      return onCrashRequested(life);
    case "stopRequested":
      return onStopRequested(life);
    case "closeRequested":
      return onCloseRequested(life, event.why);
    case "stopped":
      assert(life.type === "stopping", "a thread that ends as stopped was asked to stop");
      return life.closed === undefined ? { type: "stopped" } : { type: "closed", why: life.closed };
    case "crashed":
      assert(hasThread(life), "a thread that crashes was there");
      return { type: "restarting", cause: event.cause };
    case "gaveUp":
      assert(hasThread(life), "a node is given up when its thread has ended");
      return { type: "failed", cause: event.cause };
    case "diskLost":
      assert(isDiskFree(life), "only a stopped node loses its disk");
      return { type: "diskless", why: event.why };
    case "diskReplaced":
      assert(isDiskFree(life), "only a stopped node gets another disk");
      return { type: "stopped" };
    default:
      return event satisfies never;
  }
}

/** What users see of a life: what its thread does, not what was asked of it. */
export function lifeAsSeen(life: NodeLife): Life {
  switch (life.type) {
    case "starting":
    case "unusable":
      return { type: "starting" };
    case "running":
      return { type: "running" };
    case "crashing":
    case "stopping":
      return { type: life.wasReady ? "running" : "starting" };
    case "restarting":
    case "failed":
      return { type: life.type, cause: life.cause };
    case "diskless":
      return { type: "failed", cause: life.why };
    case "stopped":
    case "closed":
      return { type: "stopped" };
    default:
      return life satisfies never;
  }
}

/** Whether the node has a thread. */
export function hasThread({ type }: NodeLife): boolean {
  return (
    type === "starting" ||
    type === "unusable" ||
    type === "running" ||
    type === "crashing" ||
    type === "stopping"
  );
}

/** Whether the node was stopped and nothing writes to its disk until it is started again. */
export function isDiskFree({ type }: NodeLife): boolean {
  return type === "stopped" || type === "diskless";
}

/** Whether its thread was asked to pause. */
export function isPausing(life: NodeLife): boolean {
  return life.type === "running" && life.pause !== undefined;
}

/** Whether its thread has paused. */
export function isPaused(life: NodeLife): boolean {
  return life.type === "running" && life.pause?.begun === true;
}

/** What a thread posted before it was killed still counts. */
function onReady(life: NodeLife): NodeLife {
  if (life.type === "starting") return { type: "running", pause: undefined };
  return life.type === "crashing" || life.type === "stopping" ? { ...life, wasReady: true } : life;
}

/** Nothing changes for a thread that is about to end with a reason of its own. */
function onCrashRequested(life: NodeLife): NodeLife {
  if (life.type !== "starting" && life.type !== "running") return life;
  return { type: "crashing", wasReady: life.type === "running" };
}

function onStopRequested(life: NodeLife): NodeLife {
  switch (life.type) {
    case "starting":
    case "unusable":
      return { type: "stopping", wasReady: false, closed: undefined };
    case "running":
      return { type: "stopping", wasReady: true, closed: undefined };
    case "crashing":
      return { type: "stopping", wasReady: life.wasReady, closed: undefined };
    case "restarting":
    case "failed":
      return { type: "stopped" };
    case "stopping":
    case "stopped":
    case "diskless":
    case "closed":
      return life;
    default:
      return life satisfies never;
  }
}

/** The first reason stays. */
function onCloseRequested(life: NodeLife, why: string): NodeLife {
  const stopped = onStopRequested(life);
  if (stopped.type === "stopping") return { ...stopped, closed: stopped.closed ?? why };
  return stopped.type === "closed" ? stopped : { type: "closed", why };
}
