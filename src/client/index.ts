/** What a program that uses the client imports. */
export { parsePath, type Path } from '../base/path.ts';
export { ConnectionPool, type Lease, type PoolOptions } from './pool.ts';
export type {
  Asides,
  Remote,
  RemoteConnection,
  RemoteEntry,
  RemoteFacts,
  RemoteReader,
  RemoteWriter,
  WriteFrom,
} from './remote.ts';
export { FtpRemote } from './remotes/ftp/ftp-remote.ts';
export type { FtpOptions, FtpSecurity, Trust } from './remotes/ftp/options.ts';
export { TROUBLES, TransferFailure, troubled, type Trouble } from './transfer-failure.ts';
export { transferAll, type BatchOptions, type BatchResult, type Item } from './transfer/batch.ts';
export { download } from './transfer/download/download.ts';
export type { Sink } from './transfer/download/to-sink.ts';
export type { DownloadOptions, TransferOptions, UploadOptions } from './transfer/options.ts';
export {
  describeProof,
  type Outcome,
  type Phase,
  type Proof,
  type TransferEvent,
  type TransferListener,
} from './transfer/outcome.ts';
export { upload } from './transfer/upload/upload.ts';
