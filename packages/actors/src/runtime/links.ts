/** Which actors are linked: each pair in both directions, by their names. */
export class Links {
  readonly #partners = new Map<string, Set<string>>();

  link(a: string, b: string): void {
    this.#of(a).add(b);
    this.#of(b).add(a);
  }

  unlink(a: string, b: string): void {
    this.#partners.get(a)?.delete(b);
    this.#partners.get(b)?.delete(a);
  }

  /** An actor has ended: its links end with it. Returns those that it was linked with. */
  take(name: string): readonly string[] {
    const partners = [...(this.#partners.get(name) ?? [])];
    for (const partner of partners) this.unlink(name, partner);
    this.#partners.delete(name);
    return partners;
  }

  #of(name: string): Set<string> {
    const partners = this.#partners.get(name) ?? new Set();
    this.#partners.set(name, partners);
    return partners;
  }
}
