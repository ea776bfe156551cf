/** Proposals with idempotency keys, by clients that know nothing of each other, against one log. */
import type { Index } from "@kontiki/core";
import { expect, onTestFinished, test } from "vitest";
import type { ProposalEnd } from "../../../packages/actors/src/client/client-effect.ts";
import { KeyedProposals } from "../../../packages/actors/src/client/keyed-proposals.ts";
import type { Envelope } from "../../../packages/actors/src/mail/protocol.ts";
import { decodeParcel, encodeParcel } from "../../../packages/actors/src/mail/wire.ts";
import { encodeCommand, headerOf } from "../../../packages/actors/src/sessions/command.ts";
import { applyPayload, outcomeOf } from "../../../packages/actors/src/sessions/result.ts";
import { Sessions, type SessionLimits } from "../../../packages/actors/src/sessions/sessions.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { n1 } from "../support/actors.ts";

/** The leader of a log, and its applied commands. */
class Leader {
  readonly applied: unknown[] = [];
  last = 0;
  /** What is lost next: a letter, or the answer to one. */
  loses: "letter" | "answer" | undefined;
  readonly #sessions: Sessions;

  constructor(limits?: SessionLimits) {
    this.#sessions = new Sessions(limits);
  }

  /** Applies the commands of a letter, and gives the answer. */
  take({ from, to, bytes }: Envelope): Envelope | undefined {
    const lost = this.loses;
    this.loses = undefined;
    const parcel = decodeParcel(bytes);
    if (parcel.type !== "propose" || lost === "letter") return undefined;
    const answered = parcel.commands.flatMap((command) => {
      const result = this.#apply(command);
      return result === undefined ? [] : [{ sequence: headerOf(command).sequence, result }];
    });
    if (lost === "answer") return undefined;
    const answers = {
      type: "answers",
      sequences: answered.map(({ sequence }) => sequence),
      results: answered.map(({ result }) => result),
    } as const;
    return { to: from, from: to, incarnation: 1, bytes: encodeParcel(answers) };
  }

  #apply(command: CommandBytes): Uint8Array | undefined {
    this.last += 1;
    return this.#sessions.apply(command, this.last as Index, (payload) =>
      applyPayload(
        {
          apply: (given) => this.applied.push(given),
          snapshot: () => null,
          restore: () => undefined,
        },
        payload,
      ),
    );
  }
}

/** A program that proposes to a leader. */
class Program {
  readonly sent: Envelope[] = [];
  readonly keyed: KeyedProposals;

  constructor(leader: Leader, { reached = () => leader.last, attemptMs = 30, taken = 1 } = {}) {
    this.keyed = new KeyedProposals({
      times: { attemptMs, backoffMs: 1 },
      nodes: () => [n1],
      reached,
      taken,
      route: (envelope) => {
        this.sent.push(envelope);
        const answer = leader.take(envelope);
        if (answer !== undefined) setImmediate(() => this.keyed.receive(answer));
        return undefined;
      },
    });
    onTestFinished(() => this.keyed.each((driver) => driver.close("the test is over")));
  }

  async propose(key: string, command: unknown, timeoutMs = 10_000): Promise<unknown> {
    const end = await new Promise<ProposalEnd>((resolve) => {
      this.keyed.propose(key, encodeCommand(command), timeoutMs, resolve);
    });
    return end.type === "answered" ? outcomeOf(end.result) : end;
  }
}

const ok = (value: number): object => ({ type: "ok", value });

test("a command with a key is applied once, and every proposal of it has its result", async () => {
  const leader = new Leader();
  const [first, second] = [new Program(leader), new Program(leader)];
  expect(await first.propose("k", "a")).toEqual(ok(1));
  expect(await first.propose("k", "a")).toEqual(ok(1));
  expect(await second.propose("k", "a")).toEqual(ok(1));
  expect(leader.applied).toEqual(["a"]);
});

test("another key is another proposal, and so is another command", async () => {
  const leader = new Leader();
  const program = new Program(leader);
  expect(await program.propose("k", "a")).toEqual(ok(1));
  expect(await program.propose("l", "a")).toEqual(ok(2));
  expect(await program.propose("k", "b")).toEqual(ok(3));
  expect(await program.propose("k", "a")).toEqual(ok(1));
  expect(leader.applied).toEqual(["a", "a", "b"]);
});

test("the same proposal that is under way is joined", async () => {
  const leader = new Leader();
  const program = new Program(leader);
  const both = [program.propose("k", "a"), program.propose("k", "a")];
  expect(await Promise.all(both)).toEqual([ok(1), ok(1)]);
  expect(program.sent).toHaveLength(1);
});

test.each(["letter", "answer"] as const)("a lost %s is made up for", async (loses) => {
  const leader = new Leader();
  leader.loses = loses;
  expect(await new Program(leader).propose("k", "a")).toEqual(ok(1));
  expect(leader.applied).toEqual(["a"]);
});

test("what ended as unknown is safely proposed again by a new program", async () => {
  const leader = new Leader();
  const program = new Program(leader, { attemptMs: 60_000 });
  leader.loses = "answer";
  expect(await program.propose("k", "a", 50)).toMatchObject({ type: "unknown" });
  expect(await new Program(leader).propose("k", "a")).toEqual(ok(1));
  expect(leader.applied).toEqual(["a"]);
});

test("a key whose session was ended to make room ends as unknown, and is not applied again", async () => {
  const leader = new Leader({ sessionsMax: 3, idleEntries: 1_000 });
  const program = new Program(leader);
  for (const key of ["k", "l", "m", "n"]) await program.propose(key, "a");
  expect(leader.applied).toHaveLength(4);
  expect(await program.propose("k", "a")).toEqual({
    type: "unknown",
    reason: "its idempotency key was used before, and the result is no longer kept",
  });
  expect(await program.propose("l", "a")).toEqual(ok(2));
  expect(leader.applied).toHaveLength(4);
});

test("a new key is applied however little the program knows of a long log", async () => {
  const leader = new Leader({ sessionsMax: 3, idleEntries: 10 });
  leader.last = 1_000;
  expect(await new Program(leader, { reached: () => 0 }).propose("k", "a")).toEqual(ok(1));
  expect(leader.applied).toEqual(["a"]);
});

test("late answers are ignored, and a proposal never has the address of another client", async () => {
  const leader = new Leader();
  const program = new Program(leader);
  await program.propose("k", "a");
  const [envelope] = program.sent;
  if (envelope === undefined) throw new Error("nothing was sent");
  const late = leader.take(envelope);
  expect(late && program.keyed.receive(late)).toBeUndefined();
  const taken = Number(envelope.from.slice("client/".length));
  const other = new Program(leader, { taken });
  expect(await other.propose("k", "a")).toMatchObject({ type: "definitelyNot" });
  expect(other.sent).toEqual([]);
});
