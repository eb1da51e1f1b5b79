/** Which tags a chart of a layout shows. */

/**
 * Tags that begin with what a pattern matches, as with TensorBoard, or that are one of `names`. What is no regular
 * expression is the name of a tag.
 */
export function tagMatcher(patterns: readonly string[], names: readonly string[]): (tag: string) => boolean {
  const exactly = new Set([...names, ...patterns]);
  const expressions = patterns.flatMap((pattern) => {
    try {
      return [new RegExp(`^(?:${pattern})`)];
    } catch {
      return [];
    }
  });
  return (tag) => exactly.has(tag) || expressions.some((expression) => expression.test(tag));
}
