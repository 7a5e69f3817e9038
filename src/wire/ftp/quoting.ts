/** A path in quotes, those inside it doubled, as a 257 shows it (RFC 959 §5.4 and appendix II). */
export function quotePath(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

/** The path in the text of a 257: what stands in the first quotes. Undefined if they do not close. */
export function parseQuotedPath(text: string): string | undefined {
  const match = /^[^"]*"([^"]*(?:""[^"]*)*)"(?!")/.exec(text);
  return match?.[1]?.replaceAll('""', '"');
}

/**
 * Words separated by spaces; one that begins with a quote goes on to the quote that closes it,
 * or to the end, with doubled quotes meaning one. For `XSHA256 "a name" 0 1000` and its like.
 */
export function splitQuoted(text: string): string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/"([^"]*(?:""[^"]*)*)(?:"|$)|[^ ]+/g)) {
    words.push(match[1]?.replaceAll('""', '"') ?? match[0]);
  }
  return words;
}
