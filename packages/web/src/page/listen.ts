import { effect } from "@preact/signals";
import { played } from "../model/index.ts";
import { onKey } from "./keys.ts";
import type { Store } from "./store.ts";

/**
 * Plays, and listens to keys, until the function that it gives is called.
 *
 * @param onAddress called when the fragment of the page's address was changed by hand
 */
export function listen(store: Store, onAddress: () => void): () => void {
  let last = performance.now();
  const frame = (now: number): void => {
    const ms = Math.min(now - last, 100);
    last = now;
    if (!store.isPlaying.value) return;
    const { timeline, position, speed } = store;
    position.value = played(timeline, position.value, ms * speed.value);
    if (position.value.index >= timeline.length - 1) store.isPlaying.value = false;
    else requestAnimationFrame(frame);
  };
  const stopPlaying = effect(() => {
    if (!store.isPlaying.value) return;
    last = performance.now();
    requestAnimationFrame(frame);
  });
  const keys = (event: KeyboardEvent): void => onKey(store, event);
  addEventListener("keydown", keys);
  addEventListener("hashchange", onAddress);
  return () => {
    stopPlaying();
    removeEventListener("keydown", keys);
    removeEventListener("hashchange", onAddress);
  };
}
