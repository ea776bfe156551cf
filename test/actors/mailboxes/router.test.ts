import type { NodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { clientAddress, type Address } from "../../../packages/actors/src/mail/address.ts";
import type { Envelope, ToNode } from "../../../packages/actors/src/mail/protocol.ts";
import { Router } from "../../../packages/actors/src/mailboxes/router.ts";
import { CLIENT, n1, n2, n3 } from "../support/actors.ts";

const client = clientAddress(CLIENT);

/** A router with n1 and n2 in their first incarnation, and a record of what it did. */
function newRouter(limits = { letters: 10, bytes: 1000 }) {
  const posted: [Address, Address, number][] = [];
  const got: [Address, ToNode][] = [];
  const dead: [Address, string][] = [];
  const router = new Router<NodeId>(limits, (to, reason) => dead.push([to, reason]));
  const attach = (node: typeof n1, incarnation: number): void =>
    router.attachNode(node, incarnation, (letter) => {
      got.push([node, letter]);
      if (letter.type === "mail") posted.push([node, letter.from, letter.bytes.length]);
    });
  attach(n1, 1);
  attach(n2, 1);
  return { router, posted, got, dead, attach };
}

function envelope(from: Address, to: Address, bytes = 1, incarnation = 1): Envelope {
  return { from, to, incarnation, bytes: new Uint8Array(bytes) };
}

describe("mail is delivered to its address", () => {
  test("to a node", () => {
    const { router, posted } = newRouter();
    expect(router.route(envelope(n1, n2, 3))).toBe(undefined);
    expect(router.route(envelope(client, n2, 5, 0))).toBe(undefined);
    expect(posted).toEqual([
      [n2, n1, 3],
      [n2, client, 5],
    ]);
  });

  test("with the incarnation of its sender, which is 0 for a client", () => {
    const { router, got, attach } = newRouter();
    attach(n1, 7);
    router.route(envelope(n1, n2, 1, 7));
    router.route(envelope(client, n2, 1, 0));
    const bytes = new Uint8Array(1);
    expect(got).toEqual([
      [n2, { type: "mail", from: n1, incarnation: 7, bytes }],
      [n2, { type: "mail", from: client, incarnation: 0, bytes }],
    ]);
  });

  test("to a client, with the envelope unchanged", () => {
    const { router } = newRouter();
    const got: Envelope[] = [];
    router.attachClient(client, (one) => void got.push(one));
    const sent = envelope(n1, client);
    expect(router.route(sent)).toBe(undefined);
    expect(got).toEqual([sent]);
  });
});

describe("a letter that cannot be delivered is a dead letter with a reason (pitfall: dropped without one)", () => {
  test("to an unknown name", () => {
    const { router, dead } = newRouter();
    expect(router.route(envelope(n1, "n9" as typeof n1))).toBe("unknown address");
    expect(router.route(envelope(n1, client))).toBe("unknown address");
    expect(dead).toEqual([
      ["n9", "unknown address"],
      [client, "unknown address"],
    ]);
  });

  test("to a removed node", () => {
    const { router, dead } = newRouter();
    router.detachNode(n2);
    router.forgetNode(n2);
    expect(router.route(envelope(n1, n2))).toBe("unknown address");
    expect(dead).toEqual([[n2, "unknown address"]]);
  });

  test("to a node without a thread", () => {
    const { router, posted } = newRouter();
    router.detachNode(n2);
    expect(router.route(envelope(n1, n2))).toBe("not running");
    expect(posted).toEqual([]);
  });

  test("from an older incarnation, or from a node that is gone (pitfall 27)", () => {
    const { router, attach } = newRouter();
    attach(n1, 2);
    expect(router.route(envelope(n1, n2, 1, 1))).toBe("stale incarnation");
    expect(router.route(envelope(n1, n2, 1, 2))).toBe(undefined);
    router.detachNode(n1);
    expect(router.route(envelope(n1, n2, 1, 2))).toBe("stale incarnation");
  });

  test("that a client cannot decode", () => {
    const { router, dead } = newRouter();
    router.attachClient(client, () => "malformed");
    expect(router.route(envelope(n1, client))).toBe("malformed");
    expect(dead).toEqual([[client, "malformed"]]);
  });
});

describe("obituaries", () => {
  const obituary: ToNode = { type: "obituary", node: n1, incarnation: 1 };

  test("go to all other running nodes", () => {
    const { router, got, attach } = newRouter();
    attach(n3, 1);
    router.detachNode(n2);
    router.detachNode(n1);
    router.bury(n1, 1);
    expect(got).toEqual([[n3, obituary]]);
  });

  test("come after everything that the dead node sent, and into a full mailbox", () => {
    const { router, got } = newRouter({ letters: 2, bytes: 1000 });
    for (let sent = 0; sent < 3; sent += 1) router.route(envelope(n1, n2));
    router.bury(n1, 1);
    expect(got.map(([, letter]) => letter.type)).toEqual(["mail", "mail", "obituary"]);
    router.taken(n2, 2, 2);
    expect(router.route(envelope(n1, n2))).toBe(undefined);
    expect(router.route(envelope(n1, n2))).toBe(undefined);
    expect(router.route(envelope(n1, n2))).toBe("mailbox full");
  });
});

describe("mailboxes are bounded (pitfall: a full mailbox that throws, or drops without a trace)", () => {
  /** How many letters of `bytes` each are accepted before one is rejected, of 20. */
  function fill(router: Router, from: Address, bytes = 1): number {
    const reasons = Array.from({ length: 20 }, () => router.route(envelope(from, n2, bytes)));
    const taken = reasons.indexOf("mailbox full");
    expect(reasons.slice(taken)).toEqual(Array(20 - taken).fill("mailbox full"));
    return taken;
  }

  test("by letters, of which a client gets half, so that nodes can keep talking", () => {
    const { router } = newRouter();
    expect([fill(router, client), fill(router, n1), fill(router, client)]).toEqual([5, 5, 0]);
  });

  test("by bytes, of which a client gets half", () => {
    const { router } = newRouter({ letters: 100, bytes: 1000 });
    expect([fill(router, client, 100), fill(router, n1, 100)]).toEqual([5, 5]);
  });

  test("exactly to the byte", () => {
    const { router } = newRouter();
    expect(router.route(envelope(n1, n2, 400))).toBe(undefined);
    expect(router.route(envelope(n1, n2, 601))).toBe("mailbox full");
    expect(router.route(envelope(n1, n2, 600))).toBe(undefined);
  });

  test("but a letter larger than the whole mailbox fits into an empty one", () => {
    const { router } = newRouter();
    expect(router.route(envelope(client, n2, 5000))).toBe(undefined);
    expect(router.route(envelope(n1, n2, 1))).toBe("mailbox full");
    router.taken(n2, 1, 5000);
    expect(router.route(envelope(n1, n2, 1))).toBe(undefined);
  });

  test("and have space again for as much as was taken", () => {
    const { router } = newRouter();
    fill(router, n1);
    router.taken(n2, 3, 3);
    expect(fill(router, n1)).toBe(3);
  });

  test("a new incarnation begins with an empty one; late reports of an old one do not count", () => {
    const { router, attach } = newRouter();
    fill(router, n1);
    router.detachNode(n2);
    router.taken(n2, 10, 10);
    attach(n2, 2);
    expect(fill(router, n1)).toBe(10);
  });
});
