import type { LogLine } from "@kontiki/actors";

type Membership = Extract<LogLine, { readonly type: "membership" }>["membership"];

/** Who votes, who will, and who listens, in one line. */
export function membershipText({ voters, outgoing, learners, promotions }: Membership): string {
  const joining = promotions.map(({ node }) => node);
  const listening = learners.filter((node) => !joining.includes(node));
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ["voters", voters],
    ["leaving", outgoing.length === 0 ? [] : outgoing],
    ["joining", joining],
    ["learners", listening],
  ];
  const said = parts.filter(([, nodes]) => nodes.length > 0);
  return said.map(([what, nodes]) => `${what} ${nodes.join(" ")}`).join(", ");
}
