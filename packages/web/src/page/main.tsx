import { effect } from "@preact/signals";
import { render } from "preact";
import { played, Timeline } from "../model/index.ts";
import { App } from "./app.tsx";
import { onKey } from "./keys.ts";
import { Live } from "./live.ts";
import { isLive, readRecording, tokenIn } from "./source.ts";
import { Store } from "./store.ts";
import "./style.css";

const place = document.querySelector("#page");
if (place === null) throw new Error("the page has no place for its content");
if (isLive()) showLive(place);
else await showRecording(place);

async function showRecording(root: Element): Promise<void> {
  const recording = await readRecording();
  if (recording === undefined)
    return render(<p class="problem">This page holds no recording.</p>, root);
  const { events, judged, opensAt, ...head } = recording;
  const timeline = new Timeline(head.nodes);
  timeline.append(events);
  const store = new Store({ head, judged }, timeline);
  store.goTo(opensAt === undefined ? firstView(timeline) : opensAt - 1);
  if (location.hash !== "") store.readAddress(location.hash);
  run(store);
  effect(() => {
    if (!store.isPlaying.value) history.replaceState(null, "", store.address);
  });
  document.title = `${head.title} - Kontiki`;
  render(<App store={store} />, root);
}

function showLive(root: Element): void {
  render(<p class="problem">Connecting ...</p>, root);
  let end = (): void => undefined;
  const live = new Live(tokenIn(location.search), (store) => {
    end();
    end = run(store);
    document.title = `${store.opened.head.title} - Kontiki`;
    render(<App key={performance.now()} store={store} live={live} />, root);
  });
  effect(() => {
    if (live.connection.value === "refused" && document.querySelector("header") === null)
      render(<p class="problem">Open the address that "kontiki up --web" printed.</p>, root);
  });
  live.connect();
}

/** A run is opened at its first election: before it there is nothing to see. */
function firstView(timeline: Timeline): number {
  return timeline.marks.near("election", -1, 1)?.event ?? timeline.length - 1;
}

/** Plays, and listens to keys, until the function that it gives is called. */
function run(store: Store): () => void {
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
  const address = (): void => store.readAddress(location.hash);
  addEventListener("keydown", keys);
  addEventListener("hashchange", address);
  return () => {
    stopPlaying();
    removeEventListener("keydown", keys);
    removeEventListener("hashchange", address);
  };
}
