import type { Members } from "@kontiki/actors";
import type { Colors } from "../output/colors.ts";
import { bareTable } from "./table.ts";

/** The members as an aligned table; `*` marks the leader. The last line shows whether the membership is committed. */
export function memberTable(
  { leader, index, committed, members }: Members,
  colors: Colors,
): string {
  const rows = members.map(({ id, role, uid }) => {
    const paint = id === leader ? colors.green : String;
    const cells = [id === leader ? "*" : "", id, role, `${uid}`];
    return cells.map((cell) => (cell === "" ? "" : paint(cell)));
  });
  const head = ["", ...["node", "member", "uid"].map((title) => colors.dim(title))];
  const table = bareTable(head, rows, ["left", "left", "left"]);
  const since = index === 0 ? "since the beginning" : `since entry ${index}`;
  return `${table}\n${since}${committed ? "" : ", not committed yet"}`;
}
