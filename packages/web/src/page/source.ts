import type { Recording } from "@kontiki/cli/recording";

/** The recording in the page: JSON, compressed by gzip, in base64. Undefined where the page holds none. */
export async function readRecording(): Promise<Recording | undefined> {
  const text = document.querySelector("#recording")?.textContent?.trim() ?? "";
  if (text === "") return undefined;
  return (await unpacked(text).json()) as Recording;
}

/** What a text in the page holds: compressed by gzip, in base64. */
export function unpacked(text: string): Response {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
}

/** Whether the page shows a cluster as it runs. */
export function isLive(): boolean {
  return document.querySelector("#recording[data-live]") !== null;
}

/** The token in the page's address. */
export function tokenIn(search: string): string {
  return new URLSearchParams(search).get("token") ?? "";
}
