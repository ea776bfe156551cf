import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { timeText } from "../model/index.ts";
import { axisTime, drawAxis } from "./draw-axis.ts";
import type { Store } from "./store.ts";
import { useIsDark } from "./use-scheme.ts";
import { useSize } from "./use-size.ts";

/** Reigns, faults, crashes and violations on one time axis, with the present moment. */
export function Axis({ store }: { readonly store: Store }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(canvas);
  const { timeline } = store;
  const version = store.version.value;
  const { at } = store.position.value;
  const { clock } = store.opened.head;
  const since = store.since.value;
  const isDark = useIsDark();
  useEffect(() => {
    if (canvas.current === null || width === 0) return;
    const pinned = since === undefined ? undefined : timeline.event(since)?.at;
    drawAxis(canvas.current, width, timeline, { at, pinned, clock });
  }, [width, version, at, since, clock, isDark]);
  const seek = ({
    clientX,
    currentTarget,
  }: PointerEvent & { currentTarget: HTMLElement }): void => {
    const { left, width: full } = currentTarget.getBoundingClientRect();
    store.seek(axisTime(clientX - left, timeline, full));
  };
  return (
    <div class="axis">
      <canvas
        ref={canvas}
        role="slider"
        tabIndex={0}
        aria-label="Time"
        aria-valuemin={Math.round(timeline.begin)}
        aria-valuemax={Math.round(timeline.end)}
        aria-valuenow={Math.round(at)}
        aria-valuetext={timeText(at, clock, 1)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          seek(event);
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1) seek(event);
        }}
      />
    </div>
  );
}
