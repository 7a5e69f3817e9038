import { parsePath } from '../../src/base/path.ts';
import type { Session, Upload } from '../../src/session/session.ts';
import type { Placement } from '../../src/vault/placement.ts';
import { sha256 } from '../vault/harness.ts';
import { type TestReception, openReception } from './reception.ts';

/** A house in which Ann has come in. */
export async function withAnn(): Promise<{ reception: TestReception; session: Session }> {
  const reception = await openReception();
  await reception.add('ann');
  return { reception, session: await reception.enter('ann') };
}

/** An upload of hers that has taken some bytes. */
export async function begin(
  session: Session,
  path: string,
  content: string,
  placement: Placement = { kind: 'replace' },
): Promise<Upload> {
  const upload = await session.upload(parsePath(path), placement);
  await upload.write([Buffer.from(content)]);
  return upload;
}

export const promiseOf = (content: string) =>
  ({
    length: content.length,
    digest: { algorithm: 'sha-256', hex: sha256(content) },
  }) as const;
