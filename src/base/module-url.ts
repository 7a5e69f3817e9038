/**
 * Where a module of this program is at run time, for threads: `source` names its TypeScript, beside
 * which the published package has the compiled one instead.
 */
export function moduleUrl(source: URL): URL {
  return import.meta.url.endsWith('.js') ? new URL(source.href.replace(/\.ts$/, '.js')) : source;
}
