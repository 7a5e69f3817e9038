import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { getSystemErrorName } from 'node:util';

/** What Node keeps of a connection out of sight. */
interface Inner {
  readonly _handle?: { reading?: boolean; readStart?: () => number } | null;
}

/** What the system says to who begins to read what is being read. */
const ALREADY = 'EALREADY';

/**
 * Tells how the peer has ended its side of TLS, at the moment in which Node hears of an end, which
 * it reports in the same way whether close_notify came (RFC 8446 §6.1) or only the end of the
 * connection. But the connection below is read on behind a close_notify, and not behind its own
 * end; and while it is not read, nothing but a close_notify that had come before can be the end.
 * It works through `_handle`, which is not documented; {@link canReceiveEncrypted} tells whether
 * this Node still does what is expected here.
 * @param raw the connection below
 */
export function endOf(secure: TLSSocket, raw: Socket): 'close-notify' | 'fin' {
  if ((secure as unknown as Inner)._handle?.reading === false) return 'close-notify';
  const begun = (raw as unknown as Inner)._handle?.readStart?.() ?? 0;
  return begun < 0 && getSystemErrorName(begun) === ALREADY ? 'close-notify' : 'fin';
}
