/** How a gateway is reached. */
export type GatewayReach = {
  /** The start of its addresses. */
  readonly url: string;
  /** What each request must bring; null if none is needed. */
  readonly token: string | null;
};

/** The same for people. */
export function reachText({ url, token }: GatewayReach): string {
  return `http at ${url}, ${token === null ? "no token needed" : `token ${token}`}`;
}
