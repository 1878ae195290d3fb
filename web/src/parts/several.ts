/** Several choices as one text, with spaces between: a field of a form holds them so. */

/** Give what was chosen of several. */
export function severalOf(chosen: string): string[] {
  return chosen.split(" ").filter(Boolean);
}

/** Give what was chosen with one more or one less, in the order of `all`. */
export function toggled(chosen: string, one: string, all: readonly string[]): string {
  const now = new Set(severalOf(chosen));
  if (!now.delete(one)) now.add(one);
  return all.filter((each) => now.has(each)).join(" ");
}
