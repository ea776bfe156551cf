import { clusterPrefix } from "../connection/subjects.ts";

/** What the subjects begin with to which a host of a cluster under test sends. The address follows. */
export function sentBy(cluster: string, host: string): string {
  return `${clusterPrefix(cluster)}.from.${host}`;
}

/** What the subjects begin with on which such a host receives. */
export function receivedBy(cluster: string, host: string): string {
  return `${clusterPrefix(cluster)}.to.${host}`;
}

/** The host that has sent to a subject, and the address that it has sent to; undefined for another subject. */
export function sentTo(
  cluster: string,
  subject: string,
): { readonly host: string; readonly address: string } | undefined {
  const before = `${clusterPrefix(cluster)}.from.`;
  if (!subject.startsWith(before)) return undefined;
  const [host = "", ...address] = subject.slice(before.length).split(".");
  return { host, address: address.join(".") };
}
