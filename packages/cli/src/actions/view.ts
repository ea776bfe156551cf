import { EXIT_OK, type Host } from "../host/host.ts";
import { judging } from "../output/judging.ts";
import { Notes } from "../output/notes.ts";
import { expectWritable, writePage } from "../output/pages.ts";
import { durationText } from "../render/quantities.ts";
import { openSubject, type Subject } from "../view/open-subject.ts";
import { pageOf } from "../view/page.ts";
import type { Recording } from "../view/recording.ts";

export type ViewOptions = {
  readonly port: number;
  readonly seed?: number;
  readonly export?: string;
};

/** Records a run, or reads one, and shows it in a page. Resolves to the exit status. */
export function view(text: string, options: ViewOptions, host: Host): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  return judging(host, notes, () => show(text, options, host, notes));
}

async function show(
  text: string,
  { port, seed, export: file }: ViewOptions,
  host: Host,
  notes: Notes,
): Promise<number> {
  if (file !== undefined) await expectWritable(file);
  const subject = await openSubject(text, seed);
  if (file === undefined) {
    const { servePage } = await import("../view/serve-page.ts");
    await servePage(port, host, async () => {
      const recording = await record(subject, host, notes);
      return recording && { page: await pageOf(recording), greeting: greetingOf(recording) };
    });
    return EXIT_OK;
  }
  const recording = await record(subject, host, notes);
  // Only an interruption ends it early, and that gives the status.
  if (recording !== undefined) await writePage(file, await pageOf(recording));
  return EXIT_OK;
}

function greetingOf({ title, events }: Recording): (url: string) => string {
  return (url) => `${title}: ${events.length} events at ${url}`;
}

async function record(
  { about, record: run }: Subject,
  { signal }: Host,
  notes: Notes,
): Promise<Recording | undefined> {
  if (about === undefined) return run();
  let nowMs = 0;
  const running = run({
    signal,
    onProgress({ now }) {
      nowMs = now;
    },
  });
  return notes.during(() => `${durationText(nowMs)} of ${about} ...`, running);
}
