/** What a name of a cluster may be: it is a name of files, too. */
export const CLUSTER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
