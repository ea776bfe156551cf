import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from "../host/limits.ts";
import { helpText } from "../session/help-text.ts";
import { verbs } from "../session/verbs/verbs.ts";

/** Printed after the options by `kontiki up --help`. */
export const upHelp = `
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
${indent(helpText(verbs, { dim: String }))}
  Keys have 1 to ${KEY_BYTES_MAX} bytes of UTF-8, values at most ${VALUE_BYTES_MAX}.

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
Colours are used on a terminal only; NO_COLOR and FORCE_COLOR are respected.`;

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
