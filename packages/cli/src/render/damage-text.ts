import type { DamagedFile } from "@kontiki/actors";
import type { Colors } from "../output/colors.ts";
import { plainText } from "./quoting.ts";
import { counted, grouped } from "./quantities.ts";
import { bareTable } from "./table.ts";

/** Damaged files as an aligned table, and how many there are. */
export function damageTable(files: readonly DamagedFile[], colors: Colors): string {
  if (files.length === 0) return "no damaged files are kept";
  const head = ["node", "kept as", "bytes"].map((text) => colors.dim(text));
  const rows = files.map(({ node, path, type, bytes }) => [
    node,
    `${plainText(path)}${type === "folder" ? "/" : ""}`,
    grouped(bytes),
  ]);
  return bareTable(head, rows, ["left", "left"]);
}

/** The result of a purge. */
export function purgedText(files: readonly DamagedFile[]): string {
  return `removed ${sumText(files)}`;
}

/** How much there is. */
export function sumText(files: readonly DamagedFile[]): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const folders = files.filter(({ type }) => type === "folder").length;
  const plain = files.length - folders;
  const parts = [
    ...(plain > 0 || folders === 0 ? [counted(plain, "file")] : []),
    ...(folders > 0 ? [counted(folders, "folder")] : []),
  ];
  return `${parts.join(" and ")}, ${counted(bytes, "byte")}`;
}

/** The answer for programs, as one line of JSON. */
export function damageJson(command: readonly string[], files: readonly DamagedFile[]): string {
  return `${JSON.stringify({ ok: true, command, value: { files } })}\n`;
}
