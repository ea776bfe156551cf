import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app.tsx";
import { Live } from "./live.ts";
import { listen } from "./listen.ts";
import { showRecording } from "./recorded.tsx";
import { isLive, readRecording, tokenIn } from "./source.ts";
import "./style.css";

const place = document.querySelector("#page");
if (place === null) throw new Error("the page has no place for its content");
if (isLive()) showLive(place);
else await showRecorded(place);

async function showRecorded(root: Element): Promise<void> {
  const recording = await readRecording();
  if (recording === undefined)
    return render(<p class="problem">This page holds no recording.</p>, root);
  await showRecording(recording, root);
}

function showLive(root: Element): void {
  render(<p class="problem">Connecting ...</p>, root);
  let end = (): void => undefined;
  const live = new Live(tokenIn(location.search), (store) => {
    end();
    end = listen(store, () => store.readAddress(location.hash));
    document.title = `${store.opened.head.title} - Kontiki`;
    render(<App key={performance.now()} store={store} live={live} />, root);
  });
  effect(() => {
    if (live.connection.value === "refused" && document.querySelector("header") === null)
      render(<p class="problem">Open the address that "kontiki up --web" printed.</p>, root);
  });
  live.connect();
}
