import type { Verb } from "../session/verb.ts";
import { verbs } from "../session/verbs/verbs.ts";
import { nodes, nodesOrLeader } from "../session/completion.ts";
import type { LiveVerb } from "../view/live.ts";

/** The verbs that a page has: all but the one that leaves the prompt. */
export const pageVerbs: readonly Verb[] = verbs.filter(({ ends }) => ends !== true);

/** The same for the buttons of a page. */
export function verbsOfPages(): readonly LiveVerb[] {
  return pageVerbs.map(({ name, usage, summary, example, arity, completes }) => {
    const [first] = completes ?? [];
    const takesNode = arity[0] === 1 && (first === nodes || first === nodesOrLeader);
    return { name, usage, summary, example, takesNode, isAlone: arity[0] === 0 };
  });
}
