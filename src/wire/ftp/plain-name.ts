/**
 * True if this is one name and nothing more: joined to a folder it stays in that folder. A client
 * asks before it uses a name that a server sent; the server may be the attacker.
 */
export function isPlainName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- a NUL cuts a name short, CR and LF end its line
  return name !== '' && name !== '.' && name !== '..' && !/[/\0\r\n]/.test(name);
}
