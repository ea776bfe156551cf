/** A node that is no member takes no part: a change that was interrupted has left it. */
export function strayText(node: string): string {
  return `${node} is not a member of the cluster: "member remove ${node}" removes it and its disk`;
}
