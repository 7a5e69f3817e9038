import { type Address, SCHEMES } from '../../client/address/address.ts';
import { type SeenCertificate, judgeCertificate } from '../../client/credentials/certificates.ts';
import { KnownServers } from '../../client/credentials/known-servers.ts';
import type { Trust } from '../../client/remotes/ftp/options.ts';
import { statePlace } from '../places.ts';
import type { ConnectionFlags } from '../transfer/flags.ts';
import type { Job } from '../transfer/job.ts';

/** Which certificates are believed there. @throws TransferFailure `local-failed` */
export async function trustFor(
  { scheme, host, port }: Address,
  { insecure = false, fingerprint, trustNewCertificate = false }: ConnectionFlags,
  { warn }: Job,
): Promise<Trust> {
  if (SCHEMES[scheme].security === 'none') return { kind: 'authorities' };
  const servers = new KnownServers(statePlace('known-servers'));
  let known = await servers.find(host, port);
  const judge = (seen: SeenCertificate): string | undefined => {
    const verdict = judgeCertificate(seen, {
      wanted: fingerprint,
      known,
      trustsNew: trustNewCertificate,
      takesAny: insecure,
    });
    if (verdict.kind === 'refused') return verdict.sentence;
    if (verdict.kind === 'new') {
      // The other connections of this command find it known.
      known = seen.fingerprint;
      servers
        .remember(host, port, seen.fingerprint, Date.now())
        .catch((error: unknown) => warn(String(error)));
    }
    return undefined;
  };
  return { kind: 'judged', judge };
}
