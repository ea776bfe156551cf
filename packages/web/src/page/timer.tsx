import type { JSX } from "preact";
import type { NodeMoment, NodeTimer } from "../model/index.ts";
import type { Store } from "./store.ts";

/** The radius of a node. */
export const RADIUS = 34;

type TimerProps = {
  readonly store: Store;
  readonly node: NodeMoment;
  readonly at: number;
  readonly isLeader: boolean;
};

/** The time since a node's timer began, as a part of the time that it runs. */
export function Timer({ store, node, at, isLeader }: TimerProps): JSX.Element | null {
  const { electionTimeoutMs, clock } = store.opened.head;
  const { timer, life } = node;
  if (electionTimeoutMs === undefined || clock !== "ms" || timer === undefined) return null;
  if (life !== "up" || isLeader !== (timer.kind === "heartbeat")) return null;
  // Where its end was not recorded, it is at most twice the shortest timeout after its beginning.
  const length = timer.to === undefined ? 2 * electionTimeoutMs : timer.to - timer.from;
  const ran = Math.max(0, at - timer.from);
  const round = 2 * Math.PI * (RADIUS + 5);
  return (
    <g class={`timer ${timer.kind}`} transform="rotate(-90)">
      <title>{textOf(timer, ran, length)}</title>
      <circle
        r={RADIUS + 5}
        stroke-dasharray={`${Math.min(1, ran / Math.max(length, 1)) * round} ${round}`}
      />
      {timer.to === undefined && <line x1={-RADIUS - 2} x2={-RADIUS - 9} />}
    </g>
  );
}

function textOf({ kind, to }: NodeTimer, ran: number, length: number): string {
  const name = kind === "heartbeat" ? "heartbeat" : "election";
  return `${name} timer: ${ran.toFixed(0)} ms of ${to === undefined ? "at most " : ""}${length.toFixed(0)} ms`;
}
