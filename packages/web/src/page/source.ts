import type { Recording } from "@kontiki/cli/recording";

/** The recording in the page: JSON, compressed by gzip, in base64. Undefined where the page holds none. */
export async function readRecording(): Promise<Recording | undefined> {
  const text = document.querySelector("#recording")?.textContent?.trim() ?? "";
  if (text === "") return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).json()) as Recording;
}
