/**
 * Trees in text.
 *
 * @module
 */

/** A node and what is below it. */
export interface Branch {
  readonly name: string;
  readonly branches: readonly Branch[];
}

/** Draws trees, a line a node. */
export function drawTree(branches: readonly Branch[]): string {
  let text = "";
  const draw = (branch: Branch, lead: string, below: string) => {
    text += `${lead}${branch.name}\n`;
    branch.branches.forEach((each, i) => {
      const last = i === branch.branches.length - 1;
      draw(each, `${below}${last ? "└─ " : "├─ "}`, `${below}${last ? "   " : "│  "}`);
    });
  };
  for (const branch of branches) draw(branch, "", "");
  return text;
}
