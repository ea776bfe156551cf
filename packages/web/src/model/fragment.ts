/** What the fragment of the page's address names. Steps are counted from 1, as people see them. */
export type Address = {
  readonly step: number | undefined;
  readonly node: string | undefined;
  /** The moment to compare with. */
  readonly since: number | undefined;
  /** The token of the run, where it is another one than that of the page: one that was forked here. */
  readonly token?: string | undefined;
};

/** Reads the fragment of an address: `#12`, or `#step=12&node=n1&since=3`. */
export function addressIn(fragment: string): Address {
  const text = fragment.replace(/^#/, "");
  if (/^\d+$/.test(text)) return { step: Number(text), node: undefined, since: undefined };
  const fields = new URLSearchParams(text);
  return {
    step: countIn(fields.get("step")),
    node: fields.get("node") ?? undefined,
    since: countIn(fields.get("since")),
    token: fields.get("token") ?? undefined,
  };
}

/** Writes it. */
export function fragmentOf({ step, node, since, token }: Address): string {
  const parts = [
    ...(step === undefined ? [] : [`step=${step}`]),
    ...(node === undefined ? [] : [`node=${encodeURIComponent(node)}`]),
    ...(since === undefined ? [] : [`since=${since}`]),
    ...(token === undefined ? [] : [`token=${token}`]),
  ];
  return `#${parts.join("&")}`;
}

function countIn(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
