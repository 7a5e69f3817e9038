import { refused } from './verb.ts';

/** Known, and not done on purpose. */
export const REFUSED = [
  refused({
    name: 'SMNT',
    rfc: 'RFC 959 §4.1.1',
    code: 502,
    reason: 'A home is all there is: nothing can be mounted',
  }),
  refused({
    name: 'LPRT',
    aliases: ['LPSV'],
    rfc: 'RFC 1639',
    code: 502,
    reason: 'EPRT and EPSV have taken the place of this (RFC 2428)',
  }),
  refused({
    name: 'CPSV',
    aliases: ['SSCN'],
    rfc: 'in use between servers',
    code: 502,
    reason:
      'Data connections are made with the client itself, never with another server (RFC 2577 §3)',
  }),
  refused({
    name: 'SPSV',
    rfc: 'in use before EPSV',
    code: 502,
    reason: 'EPSV does this (RFC 2428 §3)',
  }),
  refused({
    name: 'PRET',
    rfc: 'in use where servers are many behind one',
    code: 502,
    reason: 'Nothing has to be said before PASV or EPSV here',
  }),
  refused({
    name: 'THMB',
    rfc: 'draft-peterson-streamlined-ftp-command-extensions-10 §4.7',
    code: 502,
    reason: 'Files are kept and not looked into: no small pictures are made of them',
  }),
  refused({
    name: 'MMD5',
    rfc: 'draft-twine-ftpmd5-00 §3.2',
    code: 502,
    reason: 'Digests are told of one file at a time: HASH, XMD5 or MD5',
  }),
  refused({
    name: 'MAIL',
    aliases: [
      'MLFL',
      'MRCP',
      'MRSQ',
      'MSAM',
      'MSND',
      'MSOM',
      'XSEM',
      'XSEN',
      'XRCP',
      'XRSQ',
      'XMAS',
    ],
    rfc: 'RFC 765, given up with RFC 959',
    code: 502,
    reason: 'Mail is not carried by FTP any more (RFC 5321)',
  }),
];
