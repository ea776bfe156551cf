/** How many arguments the methods of a cluster take, by whether they reject or throw when there are others. */
export const ARGUMENTS = {
  rejects: {
    leader: 1,
    converged: 1,
    otherHosts: 1,
    propose: { needs: "command", most: 2 },
    proposeAll: { needs: "commands", most: 2 },
    read: { needs: "question", most: 2 },
    get: 2,
    members: 1,
    metrics: 0,
    addNode: 2,
    changeMembers: 2,
    removeNode: 2,
    promote: 2,
    transfer: 2,
    stop: 1,
  },
  throws: {
    status: 0,
    hostOf: 1,
    watchApplied: 1,
    whyNoLeader: 0,
    node: 1,
    proposeEach: { needs: "commands", most: 2 },
  },
} as const;
