import { effect } from "@preact/signals";
import { render } from "preact";
import { played, Timeline } from "../model/index.ts";
import { App } from "./app.tsx";
import { onKey } from "./keys.ts";
import { readRecording } from "./source.ts";
import { Store } from "./store.ts";
import "./style.css";

const place = document.querySelector("#page");
if (place === null) throw new Error("the page has no place for its content");
const recording = await readRecording();
if (recording === undefined) render(<p class="problem">This page holds no recording.</p>, place);
else {
  const { events, judged, opensAt, ...head } = recording;
  const timeline = new Timeline(head.nodes);
  timeline.append(events);
  const store = new Store({ head, judged }, timeline);
  document.title = `${head.title} - Kontiki`;
  store.goTo(opensAt === undefined ? firstView(timeline) : opensAt - 1);
  if (location.hash !== "") store.readAddress(location.hash);
  render(<App store={store} />, place);
  run(store);
}

/** A run is opened at its first election: before it there is nothing to see. */
function firstView(timeline: Timeline): number {
  return timeline.marks.near("election", -1, 1)?.event ?? timeline.length - 1;
}

/** Plays, listens to keys, and keeps the address. */
function run(store: Store): void {
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
  effect(() => {
    if (!store.isPlaying.value) return;
    last = performance.now();
    requestAnimationFrame(frame);
  });
  effect(() => {
    if (!store.isPlaying.value) history.replaceState(null, "", store.address);
  });
  addEventListener("keydown", (event) => onKey(store, event));
  addEventListener("hashchange", () => store.readAddress(location.hash));
}
