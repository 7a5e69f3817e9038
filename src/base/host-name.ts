const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);

/**
 * The name of a host as it is compared: in lower case, without the dot of the root. Undefined for
 * what is none, IP addresses with colons among them.
 */
export function parseHostName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '');
  return name.length <= 253 && NAME.test(name) ? name : undefined;
}
