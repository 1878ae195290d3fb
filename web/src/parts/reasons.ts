/** Something that the server did or would do, told in a sentence that ends in its reasons. */
interface Told {
  readonly sentence: string;
  readonly reasons: readonly { readonly words: string }[];
}

/** Give the sentence up to its reasons, for where these stand beside it. */
export function withoutReasons({ sentence, reasons }: Told): string {
  const end = `: ${reasons.map((each) => each.words).join("; ")}`;
  return reasons.length && sentence.endsWith(end) ? sentence.slice(0, -end.length) : sentence;
}
