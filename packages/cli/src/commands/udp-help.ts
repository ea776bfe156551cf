/** Printed after the options by `kontiki udp --help`. */
export const udpHelp = `
Examples, each in its own terminal:
  $ kontiki udp node0
  $ kontiki udp node1
  $ kontiki udp node2
Faster than the original, and surviving restarts:
  $ kontiki udp node0 --election-timeout 1000 --heartbeat 300 --data ./udp-data
Other nodes:
  $ kontiki udp a --nodes nodes.json
  {"nodes": [{"id": "a", "host": "127.0.0.1", "port": 5000}, {"id": "b", "port": 5001}]}

Without --nodes the nodes are node0, node1, node2 at 127.0.0.1, ports 4000, 4001, 4002, as in the
original kontiki-udp, whose nodes may be in the same cluster. Times are printed in microseconds.
Without --data a node forgets its term, vote and log when it ends, as the original does. A datagram
that is not a valid message is dropped and reported in one line.

Give all nodes the same times. A node whose --election-timeout is not above the heartbeat of the
others (5000 ms in the original) deposes healthy leaders; where the original may run, it is warned
about at the start.

The original's program prints the commit index in its states (_fCommitIndex, _cCommitIndex,
_lCommitIndex), and a line for each new one. --notation readme leaves both out, as the older example
in the original's README does.

With --json every line is one object with "type" and "node":
  {"type":"begun","address","term","votedFor","commands","log"}
  {"type":"event","event","input","output","commands","log"}
  {"type":"dropped","bytes","reason","count"}
  {"type":"ended","dropped"}
  event    {"type":"message","from","message"}, {"type":"electionTimeout"}, {"type":"heartbeatTimeout"}
  input, output
           {"role":"follower","term","commitIndex","votedFor"},
           {"role":"candidate","term","commitIndex","votes"},
           {"role":"leader","term","commitIndex","nextIndex":[["node0",3],...],"lastIndex":[["node0",2],...]}
  commands {"type":"log","text"}, {"type":"send","to","message"}, {"type":"broadcast","message"},
           {"type":"resetElectionTimeout","microseconds"}, {"type":"resetHeartbeatTimeout","microseconds"},
           {"type":"truncateLog","after"}, {"type":"logEntries","entries"},
           {"type":"commit","before","upTo"}, both equal when nothing new is committed
  message  {"type":"RequestVote","term","candidateId","lastLogIndex","lastLogTerm"},
           {"type":"RequestVoteResponse","term","voteGranted"},
           {"type":"AppendEntries","term","leaderId","prevLogIndex","prevLogTerm","entries","commitIndex"},
           {"type":"AppendEntriesResponse","term","success","lastIndex"}
  entry    {"index":1,"term":1,"value":["node0",0]}
  log      [[1,["node0",0]],...]
A number above 2^53 - 1 is printed as a string of digits.

Exit status: 0 ended by --seconds, 1 the node cannot continue, 2 bad usage, a bad file of --nodes or a port in use, 130 interrupted by Ctrl-C.`;
