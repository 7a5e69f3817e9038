/** The text with whatever may be a login in a URL left out, for messages. */
export function hideLogin(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/is, '$1').replaceAll(/\p{Cc}/gu, '?');
}
