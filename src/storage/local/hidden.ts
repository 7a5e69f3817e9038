/**
 * The folder for staged bytes inside a home, for a home on a file system that the common staging
 * folder is not on. The name is hidden in every home at every depth, since homes may lie within
 * one another.
 */
export const HOME_STAGING = '.carryon-staging';

const HIDDEN = /(?:^|\/)\.carryon-staging(?:\/|$)/i;

/**
 * True if `path`, or a name alone, is or leads through a folder for staged bytes, in any spelling
 * that a file system that folds case could take for it.
 */
export function isHidden(path: string): boolean {
  return HIDDEN.test(isAscii(path) ? path : path.normalize('NFKC'));
}

/** True if the text has one form only in Unicode. */
export function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the range is the meaning
  return /^[\0-\x7f]*$/.test(text);
}
