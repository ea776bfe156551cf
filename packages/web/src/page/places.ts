import type { Flying } from "../model/index.ts";

export type Place = { readonly x: number; readonly y: number };

const CENTER: Place = { x: 240, y: 200 };
const RING = 142;

/** Where nodes are on the ring: the first at the top, the others clockwise; one alone in the middle. */
export function placesOf(nodes: readonly string[]): ReadonlyMap<string, Place> {
  const [only] = nodes;
  if (only !== undefined && nodes.length === 1) return new Map([[only, CENTER]]);
  const step = (2 * Math.PI) / Math.max(1, nodes.length);
  return new Map(
    nodes.map((node, at) => [
      node,
      {
        x: CENTER.x + RING * 1.15 * Math.sin(at * step),
        y: CENTER.y - RING * Math.cos(at * step),
      },
    ]),
  );
}

/** How far from the line between two nodes their letters fly, so that those of both directions are seen. */
const ASIDE = 7;
/** Where letters begin and end: at the edge of a node. */
const EDGE = 42;

/** Where a letter is, and the direction in which it flies, in degrees. */
export function flyingPlace(
  { posted, part }: Flying,
  places: ReadonlyMap<string, Place>,
): (Place & { readonly angle: number }) | undefined {
  const [from, to] = [places.get(posted.letter.from), places.get(posted.letter.to)];
  if (from === undefined || to === undefined) return undefined;
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const far = EDGE + part * Math.max(0, length - 2 * EDGE);
  const [ux, uy] = [dx / length, dy / length];
  return {
    x: from.x + ux * far - uy * ASIDE,
    y: from.y + uy * far + ux * ASIDE,
    angle: (Math.atan2(dy, dx) * 180) / Math.PI,
  };
}
