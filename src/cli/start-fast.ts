import { enableCompileCache } from 'node:module';
import { cachePlace } from './places.ts';

/**
 * Has Node keep what it makes of the source files, so that the next start need not make it again:
 * half of what a short command costs. Where nothing can be kept, nothing is. What was read of it
 * stays in memory, 4 MiB: too much for the tenth of a second that one who stays long gains by it,
 * unless the types have to be left out as well, as in a checkout.
 */
export function startFast({ staysLong }: { readonly staysLong: boolean }): void {
  if (staysLong && import.meta.filename.endsWith('.js')) return;
  // Not where Node would keep it by itself: in a folder that everybody may write.
  enableCompileCache(cachePlace('compiled'));
}
