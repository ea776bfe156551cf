import type { EntryPoint } from "./support/public-functions.ts";

/** Functions whose arguments are not checked by name, and why not. */
type Others = { readonly why: string; readonly names: readonly string[] };

function list(names: string): readonly string[] {
  return names.trim().split(/\s+/);
}

const CORE_PARTS = list(`
  Leaders#observe Leaders#restarted MemoryLog#append MemoryLog#bytesBetween MemoryLog#compact MemoryLog#reset MemoryLog#slice
  MemoryLog#termAt MemoryLog#truncate assertMembership atLeastAsUpToDate changeMembership changeSimply checkCluster
  checkState checkStep confirmedRound decided decides enterJoint hardStateOf hasWindow initialMembership isChanging
  isJoint isMember isQuorum isVoter lastPosition leaderOf leaveJoint majority maxIndex mayStand membersOf
  membershipAt membershipOf minIndex new_MemoryLog nextTerm peersOf positionOf previousIndex quorumIndex restore
  sameHardState sameMembership sameSnapshot step uidOf verdict indexAfter agreementOf endOf knownTerms pieceAt`).map(
  (name) => name.replace("_", " "),
);

export const NO_OPTIONS: Readonly<Record<EntryPoint, readonly Others[]>> = {
  "@kontiki/core": [
    {
      why: "they take states and entries of the core, not options, on the hot path",
      names: CORE_PARTS,
    },
    {
      why: "they check values themselves: test/core/values.test.ts",
      names: list("assert index isNodeId nodeId term"),
    },
  ],
  "@kontiki/actors": [
    {
      why: "the storage of a node calls them, with names that it made itself",
      names:
        list(`FileDisk#begin FileDisk#create FileDisk#open FileDisk#pathOf FileDisk#read FileDisk#readRange
        FileDisk#rename FileDisk#remove`),
    },
    {
      why: "commands of users, checked by the machine: test/actors/machine/key-value.test.ts",
      names: list("KeyValue#apply KeyValue#query KeyValue#restore KeyValue#restoreParts"),
    },
    { why: "a cluster makes handles", names: ["new NodeHandle", "new ClusterFaults"] },
    {
      why: "messages, bytes and times on the hot path of a client, for programs that drive nodes",
      names:
        list(`ClientDriver#close ClientDriver#leaderIs ClientDriver#nodeDied ClientDriver#nodesAre
        ClientDriver#propose ClientDriver#proposeAll ClientDriver#read ClientDriver#receive
        ClientDriver#unavailable`).concat("new ClientDriver"),
    },
    {
      why: "they need a cluster with faults: test/workers/cluster-faults.test.ts",
      names:
        list(`ClusterFaults#carry ClusterFaults#crashAt ClusterFaults#disturb ClusterFaults#effects
        ClusterFaults#losePower ClusterFaults#swapDisks`),
    },
  ],
  "@kontiki/actors/runtime": [
    { why: "a system makes references", names: ["new ActorRef"] },
    {
      why: "plain data, refused by its encoding: test/workers/actors.test.ts",
      names: ["ActorRef#tell"],
    },
  ],
  "@kontiki/actors/threads": [
    { why: "starts a thread of a campaign, with the options of Node", names: ["startWorker"] },
  ],
  "@kontiki/actors/node": [
    {
      why: "the storage of a node calls them, with names that it made itself",
      names: list(`UnchangedDisk#pathOf UnchangedDisk#read UnchangedDisk#readRange
        UnchangedDisk#rename`).concat("new UnchangedDisk"),
    },
    {
      why: "messages, bytes and times on the hot path of a node or a client",
      names:
        list(`Client#answered Client#answeredBy Client#busy Client#flush Client#leaderIs Client#nodeDied Client#nodesAre
        Client#propose Client#read Client#readAnswered Client#readRefused Client#receive Client#refused Client#tick
        Client#unavailable Client#undelivered ClientCalls#perform ClientCalls#propose ClientCalls#read
        
        Lease#holds
        Lease#observe NodeActor#begin NodeRunner#order TimerRunner#hasten Router#attachClient Router#attachElsewhere Router#attachOtherClients Router#attachNode Router#bury
        Router#detachNode Router#forgetNode Router#hasClient Router#receive Router#route Router#taken TimerRunner#run checkPlain isSetAside setAsideOn clientAddress
        clientOf decode decodeCopy decodeParcel eachCommand encode encodeCommand encodeParcel encodePlain exactJson exactText hasWal
        isClientAddress messageOf
        openParcel expiredIn outcomeOf probe quorumBeats`).concat("new ResultsReader"),
    },
    {
      why: "a simulation reads with them what a disk has",
      names: list(
        "currentLeader divergenceIn divergenceText haveConverged UnchangedDisk#pathOf UnchangedDisk#read UnchangedDisk#readRange UnchangedDisk#rename intactBatches isCut isLogFile placedBatches pointOf readPromise",
      ).concat("new UnchangedDisk"),
    },
    { why: "it counts each step of each core", names: ["countStep"] },
    {
      why: "it records each step of a core, as that core gives it",
      names: ["NodeTracer#failed", "NodeTracer#step", "new NodeTracer"],
    },
    {
      why: "a simulation and its checks call them, for the machines of its nodes",
      names: list(
        "Applier#apply Applier#digestAt Applier#query Applier#restore NodeActor#digestAt checkingSnapshots faultIn givingPlain isCommandError plainDifference shortText throwText",
      ),
    },
    {
      why: "commands of users, checked by the machine: test/actors/machine/key-value.test.ts",
      names: list("KeyValue#apply KeyValue#query KeyValue#restore KeyValue#restoreParts"),
    },
    {
      why: "openNode and the driver of a node make them from parts",
      names: [
        "Applier",
        "ClientCalls",
        "Lease",
        "NodeActor",
        "NodeRunner",
        "ReadIds",
        "TimerRunner",
      ].map((name) => `new ${name}`),
    },
    {
      why: "the rules themselves",
      names:
        list(`callable checkArgument checkOptions countArguments decimal either fields flag folder isRecord listOf milliseconds
        nearest needed oneOf path patience rule shown signal surplus text whole whyNotPlain wrongOptions`),
    },
  ],
  "@kontiki/testing": [
    {
      why: "simulations draw and report with them in every step",
      names:
        list(`Chance#below Chance#between Chance#fork Chance#happens Chance#pick Chance#shuffled Simulation#report
        SometimesWatch#onHappening SometimesWatch#onStep
        Simulation#watch`).concat("new Chance", "new SometimesWatch"),
    },
    {
      why: "they take results of other functions",
      names: list(
        "JobThread#run TaskPool#put campaignVerdict describeHappening describeStart describeStep interpreting neverReached nthSeed storyOf summed whyText withReport",
      ),
    },
    { why: "runSession makes sessions", names: ["new Session"] },
    {
      why: "they need a cluster of threads: test/workers/fault-desk.test.ts, crash-matrix.test.ts",
      names: list(
        "runCrashMatrix FaultDesk#disown FaultDesk#heal FaultDesk#healOf FaultDesk#inject FaultDesk.open",
      ),
    },
    {
      why: "it takes anything, and says what is wrong with it: test/testing/check/custom-models.test.ts",
      names: ["modelProblem"],
    },
    {
      why: "values of histories, which the readers make and models compare, once for each operation",
      names: list(`EdnMap#get canonical sameValue`).concat(
        list("Character Decimal Float Keyword Map Ratio Set Symbol Tagged Value").map(
          (name) => `new Edn${name}`,
        ),
      ),
    },
  ],
  "@kontiki/testing/vitest": [
    { why: "vitest's own", names: ["expect", "test"] },
    { why: "the test itself fails: test/testing/vitest/refusals.test.ts", names: ["simTest"] },
    { why: "runSession makes sessions", names: ["new Session"] },
  ],
  "@kontiki/cli": [
    {
      why: "parts of the program, which its commands call; the command line is checked in test/cli/program.test.ts",
      names:
        list(`CommandSession#orderOf CommandSession#run Notes#show Notes#during Notes#note Notes#problem answerJson answerText benchJson benchText
        colorsFor complete demoJson demoText eventText failureJson logJson logText memberTable readLines run splitWords
        statusTable`).concat("new CommandSession", "new Notes"),
    },
  ],
};
