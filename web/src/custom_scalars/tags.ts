/** Which tags a chart of a layout shows. */

/** The pattern as an expression for tags that begin with what it matches; nothing if it is none. */
function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})`);
  } catch {
    return undefined;
  }
}

/** What a chart asks for that no tag is: patterns that match none, and names that none has. */
export function missingOf(patterns: readonly string[], names: readonly string[], tags: readonly string[]): string[] {
  const known = new Set(tags);
  const unmatched = patterns.filter((pattern) => !known.has(pattern)).flatMap((pattern) => {
    const expression = expressionOf(pattern);
    if (!expression) return [`“${pattern}” is no regular expression, and no tag has this name.`];
    return tags.some((tag) => expression.test(tag)) ? [] : [`No tag that is shown matches “${pattern}”.`];
  });
  return [...unmatched, ...names.filter((name) => !known.has(name)).map((name) => `No tag that is shown is named “${name}”.`)];
}

/**
 * Tags that begin with what a pattern matches, as with TensorBoard, or that are one of `names`. What is no regular
 * expression is the name of a tag.
 */
export function tagMatcher(patterns: readonly string[], names: readonly string[]): (tag: string) => boolean {
  const exactly = new Set([...names, ...patterns]);
  const expressions = patterns.map(expressionOf).filter((expression) => expression !== undefined);
  return (tag) => exactly.has(tag) || expressions.some((expression) => expression.test(tag));
}
