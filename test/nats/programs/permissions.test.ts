import { KontikiError } from "@kontiki/actors";
import { Fleet } from "@kontiki/nats";
import { expect, onTestFinished, test } from "vitest";
import { runOnFake } from "../../cli/support/fake-host.ts";
import {
  documentedPermissions,
  usersConfig,
  type Permissions,
} from "../support/documented-permissions.ts";
import { fakeJob, fakeReport } from "../support/fake-runs.ts";
import { WANTED, workOff } from "../support/fleets.ts";
import { startNatsServer, type NatsServer } from "../support/nats-server.ts";

const { worker, starter } = documentedPermissions();

function urlOf({ url }: NatsServer, user: string): string {
  return url.replace("//", `//${user}:${user}@`);
}

async function openAs(server: NatsServer, user: string): Promise<Fleet> {
  const fleet = await Fleet.open({ servers: urlOf(server, user) });
  onTestFinished(() => fleet.close());
  return fleet;
}

/** These permissions without one to publish. */
function without({ subscribe, publish }: Permissions, subject: string): Permissions {
  return { subscribe, publish: publish.filter((one) => one !== subject) };
}

test("the permissions of docs/fleet.md are enough for a worker and a starter", async () => {
  const server = await startNatsServer(usersConfig({ worker, starter }));
  const [starting, working] = [await openAs(server, "starter"), await openAs(server, "worker")];
  const { id } = await starting.start({ ...WANTED, untilFail: true });
  let began: () => void = () => undefined;
  const isRunning = new Promise<void>((resolve) => (began = resolve));
  const abort = new AbortController();
  const interrupted = workOff(
    working,
    () =>
      fakeJob(() => {
        began();
        return new Promise(() => undefined);
      }),
    { signal: abort.signal },
  );
  await isRunning;
  expect(await starting.workers(id)).toMatchObject([{ host: "here", jobs: 2 }]);
  abort.abort();
  expect(await interrupted).toMatchObject({ ranges: 0, broken: 0 });
  await workOff(working);
  expect((await starting.state("campaign")).state).toBe("finished");

  await starting.start({ ...WANTED, name: "guided", guided: true, count: 16, perRange: 8 });
  await workOff(working);
  const { result, broken } = await starting.state("guided");
  expect([result.isComplete, broken]).toEqual([true, []]);
  for (const name of ["campaign", "guided"]) await starting.remove(name);
  expect(await starting.names()).toEqual([]);
});

const READ = "$JS.API.STREAM.MSG.GET.KONTIKI_CAMPAIGNS";
const ACK = "$JS.ACK.KONTIKI_WORK.>";

test("a permission that is missing is one line with its subject, and a worker without it ends", async () => {
  const server = await startNatsServer(
    usersConfig({
      starter,
      unread: without(starter, READ),
      unheard: { ...starter, subscribe: ["other"] },
      unacked: without(worker, ACK),
    }),
  );
  await (await openAs(server, "starter")).start(WANTED);
  const status = async (user: string): Promise<unknown> =>
    runOnFake(["campaign", "status", "campaign", "--nats", urlOf(server, user)]);
  const refused = "kontiki: the NATS server does not let this user";
  expect(await status("unread")).toMatchObject({
    status: 4,
    stdout: "",
    stderr: `${refused} publish to ${READ}: add that to its permissions\n`,
  });
  expect(await status("unheard")).toMatchObject({
    status: 4,
    stderr: expect.stringMatching(
      new RegExp(`^${refused} subscribe to kontiki\\.inbox\\.\\S+\\.\\*: add that to its .*\\n$`),
    ) as unknown,
  });
  const ended = workOff(await openAs(server, "unacked"), () => fakeJob(fakeReport));
  await expect(ended).rejects.toThrow(KontikiError);
  await expect(ended).rejects.toThrow(
    /does not let this user publish to \$JS\.ACK\.KONTIKI_WORK\./,
  );
});
