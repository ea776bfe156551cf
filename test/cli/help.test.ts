import { describe, expect, test } from "vitest";
import { commandList } from "../../packages/cli/dist/commands/command-list.js";
import { runOnFake } from "./support/fake-host.ts";

async function help(...argv: string[]): Promise<string> {
  const { status, stdout, stderr, started } = await runOnFake(argv);
  expect({ status, stderr, started }).toEqual({ status: 0, stderr: "", started: undefined });
  return stdout;
}

test("--help lists every command", async () => {
  expect(await help("--help")).toMatchInlineSnapshot(`
    "Usage: kontiki [options] [command]

    Raft clusters on worker threads: start them, break them, measure them

    Options:
      -V, --version                     output the version number
      -h, --help                        display help for command

    Commands:
      up [options]                      start a cluster and run commands, from a
                                        prompt or from standard input
      ps [options]                      list the clusters that run
      status [options]                  show the nodes of a cluster that runs
                                        elsewhere
      exec [options] <name> [words...]  run a command in a cluster that runs
                                        elsewhere
      attach [options]                  a prompt for a cluster that runs elsewhere
      logs [options] [node]             print the log of a cluster's events
      down [options]                    stop a cluster that runs elsewhere
      demo [options]                    watch a cluster in memory: elections,
                                        writes, crashes and recoveries, explained
      udp [options] <node>              run one node over UDP, with the original
                                        Kontiki's wire format and output
      maelstrom [options]               run one node under Maelstrom, on standard
                                        input and output
      bench [options]                   measure a new cluster with puts in a closed
                                        loop, and verify it at the end
      recover [options] [dir]           continue with what is left of a cluster that
                                        permanently lost a majority of its nodes
      damage [options] [command]        list or remove the damaged files that are
                                        kept in a data directory
      trace [options] [command]         show the recorded steps of a node, or repeat
                                        them
      check [options] <file>            check whether a recorded history is
                                        linearizable, and show why not
      run [options] [scenarios...]      run scenarios with many seeds, in simulation
                                        or on threads, and check each run
      campaign [options] [command]      run scenarios with many seeds on many
                                        machines, over NATS
      worker [options]                  run what campaigns need, on this machine,
                                        over NATS
      crash-matrix [options]            crash a node at every point of its turn, on
                                        threads, and check that nothing is lost
      compare [options] <a> <b>         put the reports of two runs side by side
      explore [options] [instance]      check every state that a small cluster of
                                        the real core can reach
      replay [options] <token>          reproduce a failure from its token
      view [options] <what>             show a run, a failure or traces in a page,
                                        moment by moment
      shrink [options] <token>          remove everything that a failure does not
                                        need, and print the rest as a story
      help [command]                    display help for command

    Examples:
      $ kontiki up
      $ kontiki up --memory < commands.txt
      $ kontiki up --detach --wait leader
      $ kontiki demo --fast
      $ kontiki bench --outstanding 1024 --json
      $ kontiki trace show traces/n1-1.ndjson
      $ kontiki run figure_8 --seeds 1000
      $ kontiki explore
      $ kontiki check history.jsonl --model register --html report.html

    Exit status: 0 success, 1 failure or violation, 2 bad usage; "kontiki COMMAND --help" has them all.
    "
  `);
});

/** Commands that only have commands. */
const PARTS = [
  ["trace", "replay"],
  ["trace", "show"],
  ["campaign", "start"],
  ["campaign", "status"],
  ["campaign", "watch"],
  ["campaign", "report"],
  ["campaign", "stop"],
];
const GROUPS: readonly (string | undefined)[] = PARTS.map(([group]) => group);

describe("the help of each command", () => {
  test.each(commandList)("$name", async ({ name, usage, description }) => {
    const text = await help(name, "--help");
    // The list shows in short what the command's own module defines.
    expect(text.startsWith(`Usage: kontiki ${name} ${usage}\n\n`)).toBe(true);
    expect(text.replaceAll("\n", " ")).toContain(description);
    expect(text).toMatch(/\nExamples.*:\n {2}\$ kontiki /);
    if (!GROUPS.includes(name)) expect(text).toContain("\nExit status: ");
    expect(await help("help", name)).toBe(text);
  });

  test.each(PARTS)("%s %s", async (...words) => {
    const text = await help(...words, "--help");
    expect(text.startsWith(`Usage: kontiki ${words.join(" ")} [options] `)).toBe(true);
    expect(text).toMatch(/\nExamples.*:\n {2}\$ kontiki /);
    expect(text).toContain("\nExit status: ");
    expect(await help("help", ...words)).toBe(text);
  });

  test("every one that Ctrl-C ends says so", async () => {
    const commands = commandList.map(({ name }) => [name]);
    for (const words of [...commands, ...PARTS])
      if (!GROUPS.includes(words.join(" ")))
        expect(await help(...words, "--help")).toMatch(/\b130\s+(?:when\s+)?interrupted/);
  });

  test("of up, with all verbs of the prompt", async () => {
    expect(await help("up", "--help")).toMatchInlineSnapshot(`
      "Usage: kontiki up [options]

      start a cluster and run commands, from a prompt or from standard input

      Options:
        --nodes <count>                  how many nodes, 1 to 9, named n1, n2, ...
                                         (default: those of --data, else 3); with
                                         --host their names, n1,n2 (default: those of
                                         --peers)
        --data <dir>                     where the nodes keep their logs (default:
                                         "./kontiki-data")
        --memory                         keep the logs in memory; they are lost at the
                                         end
        --rename <old=new>               give a node of --data another name; may be
                                         repeated
        --wipe <node>                    give this node an empty disk, which it fills
                                         from the others; may be repeated
        --json                           print one JSON object for each command
        --pipeline <count>               how many commands of a pipe may run at once,
                                         1 to 4096 (default: 1)
        --election-timeout <ms>          shortest time without a leader before an
                                         election (default: 300)
        --heartbeat <ms>                 time between heartbeats; at most half the
                                         election timeout (default: 50)
        --web [port]                     serve a live page on this machine, at any
                                         free port by default (preset: 0)
        --host <name>                    start the nodes of this host of --peers only
        --peers <file>                   JSON with the id of the cluster and the nodes
                                         of each host
        --nats <urls>                    the NATS servers that carry the mail between
                                         hosts
        --creds <file>                   credentials for NATS: a JWT and its seed
        --nkey <file>                    the seed of an nkey for NATS
        --tls-ca <file>                  TLS with NATS: who signed the server's
                                         certificate
        --tls-cert <file>                TLS with NATS: this client's certificate
        --tls-key <file>                 TLS with NATS: its key
        --name <name>                    what other terminals call the cluster
                                         (default: as its folder)
        --serve                          read no commands: run until kontiki down, or
                                         a signal
        --detach                         start the cluster in a process of its own,
                                         and return
        --wait <what>                    with --detach: return when there is a leader
                                         (choices: "leader")
        --log <file>                     append each event to this file, one JSON
                                         object a line
        --http <port>                    serve keys, status, events and metrics over
                                         HTTP on 127.0.0.1; 0 for any free port
        --token <token>                  with --http: what requests must bring
                                         (default: a new one, which is printed); none
                                         for no token
        --config <file>                  read options from a YAML file
        --snapshot-entries <count>       take a snapshot after this many entries
                                         (default: 50000, fewer before the first one,
                                         more if the state is large)
        --snapshot-bytes <bytes>         take a snapshot when the log has this many
                                         bytes (default: 67108864, or more if the
                                         state is large)
        --kept-entries <count>           entries before a snapshot that stay in the
                                         log for slow followers (default: 1024)
        --max-uncommitted-bytes <bytes>  a leader with this many uncommitted bytes
                                         rejects proposals (default: 67108864)
        --lease-drift <share>            answer lease reads by the leader's clock
                                         alone; safe while clocks drift apart by at
                                         most this share of the time
        --priority <node=number>         leader priority of a node, 0 to 100; higher
                                         is preferred; may be repeated
        --trace <dir>                    write a trace of every step of every node
                                         into this directory
        -h, --help                       display help for command

      Examples:
        $ kontiki up
        $ kontiki up --nodes 5 --data ./five
        $ echo 'put greeting "good morning"' | kontiki up
        $ kontiki up --memory --json < commands.txt
        $ kontiki up --pipeline 256 < puts.txt
        $ kontiki up --snapshot-entries 500 --priority n1=2 --priority n2=1
        $ kontiki up --detach --name lab --wait leader
        $ kontiki up --web
        $ kontiki up --config lab.yaml
        $ kontiki up --http 8080
        $ kontiki up --host a --peers peers.json --nats nats://127.0.0.1:4222

      Commands:
        put K V                                    set K to V
        get K                                      print the value of K
        read K [--consistency C] [--node NODE]     print the value of K; C is linearizable, lease or stale
        del K                                      delete K
        cas K OLD NEW                              set K to NEW if its value is OLD (--absent: if K is absent)
        append K V                                 append V to the value of K
        list [PREFIX]                              print the pairs whose key starts with PREFIX
        status                                     print a table of the nodes
        leader                                     print the current leader, if any
        crash NODE|leader [OPTIONS]                kill its thread without warning; it restarts by itself
        stop NODE|leader                           stop it gracefully; it stays down until it is started
        start NODE                                 start a node that was stopped or has failed
        wipe NODE                                  delete its disk; it copies everything from the others
        pause NODE|leader [--for TIME]             make its thread stand still, until it is resumed
        resume NODE                                let a paused node continue
        partition NODES | NODES... [--for TIME]    cut the network: groups of nodes do not hear each other
        isolate NODE|leader [--for TIME]           cut a node off from all others
        link FROM>TO OPTIONS                       make one direction between two nodes bad; * is every node
        disk NODE|leader TROUBLE [--for TIME]      make its disk fail, or be full, slow or stuck
        clock NODE|leader OPTION [--for TIME]      let its clock run fast or slow, or jump
        faults                                     print the faults that are in force
        heal [all|NODE|NUMBER]                     undo all faults, those of one node, or one of them
        member list                                print the members of the cluster
        member add NODE [--learner|--replace OLD]  start a new node; it gets a vote when it has caught up
        member remove NODE                         remove a node from the cluster, and delete its disk
        member promote NODE                        give a learner a vote when it has caught up
        transfer [NODE]                            make the leader hand over to NODE, or to the best placed
        snapshot NODE|leader                       make it take a snapshot and compact its log
        compact NODE|leader                        make it drop its log up to its newest snapshot
        log NODE|leader [FROM]                     print its log: index, term, client:sequence, command
        wait leader|converged [--timeout MS]       wait until there is a leader, or all nodes agree; at most 30 s
        sleep MS                                   do nothing for MS milliseconds
        help [COMMAND]                             print this list, or more about one command
        quit                                       stop the cluster gracefully and exit, as end of input does

        Words are separated by blanks; a word in double quotes is a JSON string: "two words\\n".
        Blank lines and lines that start with # are skipped.
        Keys have 1 to 1024 bytes of UTF-8, values at most 1048576.

      With --json every command prints one object:
        {"ok":true,"command":["get","greeting"],"value":"good morning"}
        {"ok":false,"command":["get"],"error":"get takes 1 argument, not 0: get K","outcome":"error","line":3}
      "command" has the words as they were read; it is empty for a line that cannot be read. "outcome" of a
      failure is "error" (rejected, or the command's result is an error), "definitelyNot" (it did not take
      effect and never will) or "unknown" (it may have taken effect, or may still, or never). A log is
      printed as it is read, so "ok" comes at the end of its object.

      When too many nodes are stopped or given up for a quorum, "member" and "transfer" fail at once;
      proposals and reads try for 10 s. A change of members or of the leader that a leader may have
      accepted, and that is not done in time, is "unknown".
      If a majority of the nodes is permanently lost, "kontiki recover" continues with one of the others.

      At the prompt Ctrl-C interrupts the command that runs, which may still take effect, and drops the lines
      that wait; else it clears the line. On an empty line a second Ctrl-C quits, as "quit" and Ctrl-D do.
      "start" does not wait for a command that takes longer than a second, nor does what is typed after that
      second and only looks, or has another key. Lines are kept in $XDG_STATE_HOME/kontiki/history, by
      default in ~/.local/state.

      With --detach the cluster runs in a process of its own, and writes its events into a log. It, and every
      cluster at a prompt or with --serve, is reached from other terminals: "kontiki ps" lists them, "exec",
      "status", "attach", "logs" and "down" take their name.
      With --http the cluster answers on http://127.0.0.1:PORT: GET, PUT and DELETE /v1/keys/KEY, POST /v1/cas/KEY,
      GET /v1/keys, /v1/status, /v1/events, /metrics, and /openapi.json, which describes them. Requests bring the
      header "Authorization: Bearer TOKEN".
      With --host the cluster has nodes on other hosts as well, and only those of this host run here. --peers is
      the same on all hosts: {"cluster":"orders","hosts":{"a":["n1"],"b":["n2"],"c":["n3"]}}. Commands
      about the cluster work on each host; "member add" starts a node on the host where it is given. "crash",
      "log" and the like are for the nodes of this host. "status", /v1/status and the page show those of all
      hosts; one that does not answer within a second is shown as silent.
      --config names a YAML file: a map of options, without the dashes, to values. The command line comes first.

      --web serves a page that shows the cluster live, with a button for each command, and prints its address.
      The address holds a token, without which no request is answered; the page is reached from this machine
      only. The token is random, or KONTIKI_WEB_TOKEN: with that and a fixed port an open page reconnects when
      the cluster is started again.

      From a pipe, commands run one after another. With --pipeline they run at once as long as they are "put",
      "get", "read", "del", "cas" and "append" of different keys; those of one key keep their order, and every
      other command waits for all before it and holds up all after it. Replies have the order of the input.
      Ctrl-C stops the nodes gracefully, a second one ends at once.

      Exit status: 0 every command succeeded, the prompt was left, or "kontiki down" stopped the cluster; 1 a command of a pipe failed or is
      "unknown", 2 bad usage, or a port that cannot be used, 130 interrupted by Ctrl-C other than at the prompt.
      Colours are used on a terminal only; NO_COLOR and FORCE_COLOR are respected.
      "
    `);
  });
});

describe("help of a command that does not exist is one line and status 2", () => {
  test.each([
    ["help nope", 'kontiki has no command "nope"; "kontiki --help" lists them all'],
    ["help recovr", 'kontiki has no command "recovr"; did you mean "recover"?'],
    ["help trace shw", 'kontiki trace has no command "shw"; did you mean "show"?'],
    [
      "help bench show",
      'kontiki bench has no commands of its own: "kontiki bench --help" explains it',
    ],
  ])("%s", async (line, message) => {
    const { status, stdout, stderr } = await runOnFake(line.split(" "));
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: "",
      stderr: `kontiki: ${message}\n`,
    });
  });
});
