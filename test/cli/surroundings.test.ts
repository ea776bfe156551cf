/**
 * What surrounds the program goes wrong: it says so in one line, and its status is none of a success or a verdict.
 *
 * Rights are not tried here: these tests may run as root, which no folder refuses. Their messages are those of the disk
 * (`test/actors/storage`).
 */
import { execFile, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "./support/kontiki.ts";

const BIN = fileURLToPath(new URL("../../packages/cli/dist/bin.js", import.meta.url));

type Ended = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** Runs a command of a shell in a folder of its own. `kontiki` is the program, whatever the current folder. */
function shell(command: string, cwd = temporaryDirectory()): Promise<Ended> {
  const { PATH = "" } = process.env;
  const kontiki = `kontiki() { "${process.execPath}" "${BIN}" "$@"; }`;
  return new Promise((resolve) => {
    const env = { PATH, HOME: "/nowhere" };
    execFile("bash", ["-c", `${kontiki}\n${command}`], { cwd, env }, (error, stdout, stderr) => {
      resolve({ status: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

const HISTORY =
  '{"type":"operation","process":"c1","f":"write","value":3,"call":0,"return":4,"status":"ok"}\n';

function folderWithFiles(): string {
  const folder = temporaryDirectory();
  writeFileSync(join(folder, "history.jsonl"), HISTORY);
  writeFileSync(join(folder, "peace.yaml"), "about: A second of peace.\nduration: 1s\n");
  return folder;
}

const UP = "echo status | kontiki up --memory --nodes 1";

describe("output that is lost is no success", () => {
  const commands: readonly (readonly [string, number])[] = [
    ["kontiki --help", 1],
    [UP, 1],
    ["kontiki udp node0 --seconds 0.1", 1],
    ["kontiki check history.jsonl --model register", 4],
    ["kontiki run peace.yaml --seeds 1 --jobs 1", 4],
  ];
  test.each(commands)("closed: %s", async (command, status) => {
    const ended = await shell(`${command} >&-`, folderWithFiles());
    expect(ended).toEqual({
      status,
      stdout: "",
      stderr: expect.stringMatching(
        /^(n1 leads term 1\n)?kontiki: cannot write the output: it is closed; use > \/dev\/null to discard it\n$/,
      ) as string,
    });
  });

  test.runIf(process.platform === "linux").each(commands)(
    "no space: %s",
    async (command, status) => {
      const ended = await shell(`${command} > /dev/full`, folderWithFiles());
      expect(ended).toEqual({
        status,
        stdout: "",
        stderr: expect.stringMatching(
          /^(n1 leads term 1\n)?kontiki: cannot write the output: ENOSPC: no space left on device, write\n$/,
        ) as string,
      });
    },
  );

  test("unless it is discarded on purpose", async () => {
    const folder = folderWithFiles();
    const command = "kontiki check history.jsonl --model register";
    expect((await shell(`${command} > /dev/null`, folder)).status).toBe(0);
    const args = [BIN, "check", "history.jsonl", "--model", "register"];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: "ignore" });
    expect(await once(child, "close")).toEqual([0, null]);
  });
});

test("a page that does not fit leaves no part of itself, and what was there before", async () => {
  const check = "kontiki check history.jsonl --model register --html page.html";
  const command = `echo before > page.html; ulimit -f 4; ${check}; status=$?; cat page.html; ls -A; exit $status`;
  expect(await shell(command, folderWithFiles())).toEqual({
    status: 4,
    stdout: expect.stringMatching(
      /^valid: .*\n(.*\n)*before\nhistory\.jsonl\npage\.html\npeace\.yaml\n$/,
    ) as string,
    stderr: "kontiki: cannot write page.html: file too large\n",
  });
});

describe("standard input", () => {
  test("that is a folder is an error", async () => {
    expect(await shell("kontiki up --memory --nodes 1 < .")).toEqual({
      status: 1,
      stdout: "",
      stderr: "n1 leads term 1\nkontiki: cannot read standard input: it is a folder; give a file\n",
    });
  });

  test("whose connection is reset is an error, after the commands that arrived", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    const connected = once(server, "connection") as Promise<[Socket]>;
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const input = connect((server.address() as AddressInfo).port, "127.0.0.1");
    await once(input, "connect");
    const [peer] = await connected;
    peer.write("put k v\n");
    const args = [BIN, "up", "--memory", "--nodes", "1"];
    const child = spawn(process.execPath, args, { stdio: [input, "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const stderr = text(child.stderr as NodeJS.ReadableStream);
    await once(child.stdout as NodeJS.ReadableStream, "data");
    peer.resetAndDestroy();
    const [status] = (await once(child, "close")) as [number];
    expect({ status, stderr: await stderr }).toEqual({
      status: 1,
      stderr: "n1 leads term 1\nkontiki: cannot read standard input: read ECONNRESET\n",
    });
  });
});

test.runIf(process.allowedNodeEnvironmentFlags.has("--allow-net"))(
  "a port that Node's permission model forbids",
  async () => {
    const node = `"${process.execPath}" --permission --allow-worker "--allow-fs-read=*" --no-warnings`;
    expect(await shell(`${node} "${BIN}" up --memory --http 0 < /dev/null`)).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "kontiki: cannot listen at 127.0.0.1:0: " +
        "Node's permission model forbids it; start node with --allow-net\n",
    });
  },
);

describe("the current folder", () => {
  test.each([
    [
      "kontiki up --memory",
      1,
      "the current folder no longer exists, and Node starts no thread in it",
    ],
    ["kontiki run figure_8 --seeds 1", 4, "no verdict: the current folder no longer exists"],
    ["kontiki recover", 1, "./kontiki-data starts from the current folder, which no longer exists"],
    ["kontiki udp node0 --data u", 1, "u/node0 starts from the current folder, which no longer"],
  ])("is gone: %s", async (command, status, message) => {
    const ended = await shell(`mkdir gone && cd gone && rmdir ../gone && ${command}`);
    expect(ended).toMatchObject({ status, stdout: "" });
    expect(ended.stderr).toMatch(/^kontiki: .*: change to another one\n$/);
    expect(ended.stderr).toContain(message);
  });

  test.runIf(process.platform === "linux")("has a name that is not UTF-8", async () => {
    const command = "kontiki up --nodes 1 --data d; status=$?; ls; exit $status";
    const ended = await shell(`mkdir $'a\\xff' && cd $'a\\xff' && ${command}`);
    expect(ended).toEqual({
      status: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^kontiki: .*\/d is not the name of the folder, which is not UTF-8: use a folder whose path is\n$/,
      ) as string,
    });
  });
});

test("a temporary folder that is not there", async () => {
  expect(await shell("TMPDIR=/dev/null/tmp kontiki bench --seconds 0.1")).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(
      /^kontiki: cannot make a directory in \/dev\/null\/tmp: .*; use --data to name another\n$/,
    ) as string,
  });
});

test("a folder where a file should be, and the other way round", async () => {
  const folder = folderWithFiles();
  mkdirSync(join(folder, "folder"));
  for (const [command, status] of [
    ["kontiki check folder --model register", 2],
    ["kontiki run folder", 2],
    ["kontiki trace show folder", 2],
    ["kontiki udp node0 --nodes folder", 2],
    ["kontiki up --data history.jsonl", 1],
    ["kontiki bench --data history.jsonl", 1],
    ["kontiki recover --data history.jsonl", 1],
  ] as const) {
    const ended = await shell(command, folder);
    expect({ command, ...ended }).toEqual({
      command,
      status,
      stdout: "",
      stderr: expect.stringMatching(/^kontiki: .+\n$/) as string,
    });
  }
});

test("what a command should read and is missing: one line, and status 2 of every command", async () => {
  const folder = folderWithFiles();
  for (const command of [
    "kontiki check missing --model register",
    "kontiki check history.jsonl --model ./missing.js",
    "kontiki run ./missing.yaml",
    "kontiki trace show missing",
    "kontiki trace replay missing",
    "kontiki udp node0 --nodes missing",
    "kontiki recover --data missing",
  ]) {
    const ended = await shell(command, folder);
    expect({ command, ...ended }).toEqual({
      command,
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/^kontiki: .*missing.*\n$/) as string,
    });
  }
});
