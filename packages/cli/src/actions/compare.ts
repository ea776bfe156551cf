import { EXIT_OK, type Host } from "../host/host.ts";
import { judging } from "../output/judging.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { plainText } from "../render/quoting.ts";
import { bareTable } from "../render/table.ts";
import { compared, type ComparedLine } from "../reports/compare.ts";
import { readSummary } from "../reports/read-summary.ts";

export type CompareOptions = { readonly json?: true };

/** Prints two kept runs side by side. Resolves to the exit status. */
export function compare(
  [a, b]: readonly [string, string],
  { json }: CompareOptions,
  host: Host,
): Promise<number> {
  return judging(host, new Notes(host, "kontiki: "), async () => {
    const lines = compared(await readSummary(a), await readSummary(b));
    await write(host.stdout, json === true ? `${JSON.stringify(lines)}\n` : tableText(lines));
    return EXIT_OK;
  });
}

function tableText(lines: readonly ComparedLine[]): string {
  const rows = lines.map(({ name, a, b }) => [plainText(name), cell(a), cell(b), ratio(a, b)]);
  return `${bareTable(["", "A", "B", "B/A"], rows, ["left", "right", "right", "right"])}\n`;
}

function cell(value: ComparedLine["a"]): string {
  return typeof value === "number" ? value.toLocaleString("en-US") : plainText(value ?? "-");
}

function ratio(a: ComparedLine["a"], b: ComparedLine["b"]): string {
  return typeof a === "number" && typeof b === "number" && a !== 0 ? (b / a).toFixed(2) : "";
}
