/** The rooms that know no protocol: neither its name nor its numbers. */
export const CORE_ROOMS: readonly string[] = ['vault', 'accounts', 'storage'];

const PROTOCOL = /(?<![a-z])(?:ftp|ftps|http|sftp|tus|webdav)(?![a-z])/gi;

/**
 * Reply and status codes that can hardly be anything else. Round ones (200, 250, 400, 500) are
 * not here, since a limit may well be one of them.
 */
const REPLIES = new Set(
  `110 120 125 202 206 211 212 213 214 215 220 221 225 226 227 228 229 230 232 234 257 331 332 334
   335 336 401 403 404 405 409 410 412 413 416 421 422 423 425 426 430 431 434 450 451 452 460 501
   502 503 504 507 521 522 530 532 533 534 535 536 537 550 551 552 553 554`.split(/\s+/),
);

/** What a text of the core says about protocols, comments included: the offending words. */
export function protocolWords(text: string): string[] {
  const names = [...text.matchAll(PROTOCOL)].map(([name]) => name);
  const numbers = [...text.matchAll(/(?<![\w.-])\d{3}(?![\w.-]|_\d)/g)].map(([number]) => number);
  return [...names, ...numbers.filter((number) => REPLIES.has(number))];
}
