import type { JSX } from "preact";
import type { Flying, Posted } from "../model/index.ts";
import { flyingPlace, type Place } from "./places.ts";

const SHAPES = {
  vote: "M0-6 6 0 0 6-6 0Z",
  append: "M0-6 6 5-6 5Z",
  reply: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
  snapshot: "M-5-5H5V5H-5Z",
  client: "M-4-4H4V4H-4Z",
  other: "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0Z",
} as const;

type Places = ReadonlyMap<string, Place>;

/** A letter where it is at a moment. */
export function Dot({
  flying,
  places,
}: {
  readonly flying: Flying;
  readonly places: Places;
}): JSX.Element | null {
  const { letter, fate } = flying.posted;
  const place = flyingPlace(flying, places);
  if (place === undefined) return null;
  const isLost = fate?.type === "lost";
  return (
    <g
      class={`letter ${letter.kind}${flying.isOver ? " over" : ""}`}
      transform={`translate(${place.x} ${place.y})`}
    >
      <title>
        {`${letter.from} to ${letter.to}: ${letter.text}${isLost ? ` (${flying.isOver ? "lost" : "will be lost"}: ${fate.reason})` : ""}`}
      </title>
      <path d={SHAPES[letter.kind]} transform={`rotate(${place.angle + 90})`} />
      {isLost && <text class="lost">✕</text>}
    </g>
  );
}

/** How far a letter that is lost is shown to come. */
const LOST_AT = 0.6;

/** Batches come ten times a second: within one, letters begin their way in their order. */
const BATCH_MS = 100;

/**
 * A letter of a running cluster, which has arrived already: in less than a millisecond. It flies slowly, by a style alone, as
 * the page draws only what is new.
 */
export function SlowDot({
  posted,
  places,
}: {
  readonly posted: Posted;
  readonly places: Places;
}): JSX.Element | null {
  const { letter, fate, at } = posted;
  const isLost = fate?.type === "lost";
  const from = flyingPlace({ posted, part: 0, isOver: false }, places);
  const to = flyingPlace({ posted, part: isLost ? LOST_AT : 1, isOver: false }, places);
  if (from === undefined || to === undefined) return null;
  const style = {
    "--from": `${from.x}px, ${from.y}px`,
    "--to": `${to.x}px, ${to.y}px`,
    "--middle": `${(from.x + to.x) / 2}px, ${(from.y + to.y) / 2}px`,
    "animation-delay": `${Math.round(at % BATCH_MS)}ms`,
  };
  return (
    <g class={`letter slow ${letter.kind}${isLost ? " is-lost" : ""}`} style={style}>
      <title>{`${letter.from} to ${letter.to}: ${letter.text}`}</title>
      <path d={SHAPES[letter.kind]} transform={`rotate(${from.angle + 90})`} />
      {isLost && <text class="lost">✕</text>}
    </g>
  );
}
