import type { LogLine } from "@kontiki/actors";

type Membership = Extract<LogLine, { readonly type: "membership" }>["membership"];

/** A membership in one line: voters, leaving and joining nodes, and learners. */
export function membershipText({ voters, outgoing, learners, promotions }: Membership): string {
  const joining = promotions.map(({ node }) => node);
  const listening = learners.filter((node) => !joining.includes(node));
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ["voters", voters],
    ["leaving", outgoing.length === 0 ? [] : outgoing],
    ["joining", joining],
    ["learners", listening],
  ];
  const shown = parts.filter(([, nodes]) => nodes.length > 0);
  return shown.map(([what, nodes]) => `${what} ${nodes.join(" ")}`).join(", ");
}
