import pc from "picocolors";

export type Colors = ReturnType<typeof pc.createColors>;

/**
 * The colours for a stream: on a terminal only, never with NO_COLOR, always with FORCE_COLOR.
 *
 * NO_COLOR wins over FORCE_COLOR, FORCE_COLOR=0 means never, and an empty variable counts as unset.
 */
export function colorsFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Colors {
  const { NO_COLOR: no = "", FORCE_COLOR: force = "" } = env;
  if (no !== "" || force === "0" || force === "false") return pc.createColors(false);
  return pc.createColors(force !== "" || (stream.isTTY === true && env["TERM"] !== "dumb"));
}
