import { effect } from "@preact/signals";
import type { Recording } from "@kontiki/cli/recording";
import { render } from "preact";
import { addressIn, Timeline } from "../model/index.ts";
import { App } from "./app.tsx";
import { hasEngine } from "./engine.ts";
import { Forks } from "./forks.ts";
import { listen } from "./listen.ts";
import { Store } from "./store.ts";

/** Shows the run that the page came with, then those that are forked from it, and the one that the address names. */
export async function showRecording(first: Recording, root: Element): Promise<void> {
  let end = (): void => undefined;
  const show = (recording: Recording, step: number | undefined): Shown => {
    end();
    const forks = new Forks(first, recording, show);
    const store = storeOf(recording, forks);
    if (step !== undefined) store.goTo(step - 1);
    else if (location.hash !== "") store.readAddress(location.hash);
    end = follow(store, forks);
    document.title = `${recording.title} - Kontiki`;
    const offered = recording.token !== undefined && hasEngine() ? forks : undefined;
    render(<App key={performance.now()} store={store} forks={offered} />, root);
    return { store, forks };
  };
  const { token, step } = addressIn(location.hash);
  const { store, forks } = show(first, undefined);
  if (token === undefined || token === first.token) return;
  // There it tells how far the run is, or why it cannot be run.
  store.tab.value = "fork";
  await forks.open(token, step);
}

type Shown = { readonly store: Store; readonly forks: Forks };

function storeOf({ events, judged, opensAt, ...head }: Recording, forks: Forks): Store {
  const timeline = new Timeline(head.nodes);
  timeline.append(events);
  const store = new Store(
    { head, judged, forked: forks.isForked ? head.token : undefined },
    timeline,
  );
  store.goTo(opensAt === undefined ? firstView(timeline) : opensAt - 1);
  if (forks.isForked) store.tab.value = "fork";
  return store;
}

/** Keeps page and address the same, until the function that it gives is called. */
function follow(store: Store, forks: Forks): () => void {
  const stop = listen(store, () => {
    const { token, step } = addressIn(location.hash);
    if (token === undefined || token === forks.token) store.readAddress(location.hash);
    else void forks.open(token, step);
  });
  const stopWriting = effect(() => {
    if (!store.isPlaying.value) history.replaceState(null, "", store.address);
  });
  return () => {
    stopWriting();
    stop();
  };
}

/** A run is opened at its first election: before it there is nothing to see. */
function firstView(timeline: Timeline): number {
  return timeline.marks.near("election", -1, 1)?.event ?? timeline.length - 1;
}
