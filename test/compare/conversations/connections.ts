import { active, type Conversation, fetch } from '../conversation.ts';
import { because, WHY } from '../reasons.ts';

const A = { a: 'hello' };

/** Who connects to whom. */
export const CONNECTIONS: readonly Conversation[] = [
  { title: 'PASV', steps: ['PASV'] },
  { title: 'PASV twice', placed: A, steps: ['PASV', 'PASV', fetch('RETR a')] },
  {
    title: 'PASV with an argument',
    steps: ['PASV x'],
    differs: because(WHY.ignored, 'vsftpd', 'pure-ftpd'),
  },
  { title: 'EPSV', steps: ['EPSV'] },
  { title: 'EPSV 1', steps: ['EPSV 1'] },
  { title: 'EPSV 2 over IPv4', steps: ['EPSV 2'] },
  {
    title: 'EPSV of an unknown family',
    steps: ['EPSV 3', 'EPSV x'],
    differs: {
      ...because(WHY.family, 'vsftpd', 'pyftpdlib'),
      'pure-ftpd': 'answers for IPv4 whatever it is asked',
    },
  },
  {
    title: 'EPSV ALL, EPSV',
    placed: A,
    steps: ['EPSV ALL', fetch('RETR a')],
    differs: because('answers 220, which greets; RFC 2428 §4 has 200', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'EPSV ALL, PASV',
    steps: ['EPSV ALL', 'PASV'],
    differs: {
      vsftpd: 'has another code for it',
      'pure-ftpd': 'forgets what was promised',
      pyftpdlib: 'answers 220 to EPSV ALL, which greets',
    },
  },
  {
    title: 'EPSV ALL, PORT',
    steps: ['EPSV ALL', 'PORT 127,0,0,1,200,1'],
    differs: {
      vsftpd: 'has another code for it',
      ...because('answers 220 to EPSV ALL, which greets', 'pure-ftpd', 'pyftpdlib'),
    },
  },
  { title: 'PORT', placed: A, steps: [active('PORT {address}', 'RETR a')] },
  { title: 'PORT to another host', steps: ['PORT 127,0,0,2,200,1'] },
  { title: 'PORT to a port of the system', steps: ['PORT 127,0,0,1,0,80'] },
  { title: 'PORT with too few numbers', steps: ['PORT 127,0,0,1,1'] },
  { title: 'PORT with numbers above 255', steps: ['PORT 127,0,0,1,300,1'] },
  { title: 'PORT without an argument', steps: ['PORT'] },
  { title: 'PORT and EPRT to port 0', steps: ['PORT 127,0,0,1,0,0', 'EPRT |1|127.0.0.1|0|'] },
  { title: 'EPRT', placed: A, steps: [active('EPRT |1|127.0.0.1|{port}|', 'RETR a')] },
  {
    title: 'EPRT with another delimiter',
    placed: A,
    steps: [active('EPRT !1!127.0.0.1!{port}!', 'RETR a')],
    differs: because('wants a bar; RFC 2428 §2 has any letter', 'vsftpd'),
  },
  { title: 'EPRT to another host', steps: ['EPRT |1|127.0.0.2|51201|'] },
  {
    title: 'EPRT of an unknown family',
    steps: ['EPRT |3|127.0.0.1|51201|'],
    differs: because(WHY.family, 'vsftpd', 'pyftpdlib'),
  },
  {
    title: 'EPRT of another family than its address',
    steps: ['EPRT |2|127.0.0.1|51201|'],
    differs: because(WHY.family, 'proftpd', 'pure-ftpd', 'pyftpdlib'),
  },
  {
    title: 'EPRT that cannot be read',
    steps: ['EPRT x', 'EPRT |1|127.0.0.1|', 'EPRT'],
    differs: because(WHY.family, 'proftpd'),
  },
  { title: 'LPSV', steps: ['LPSV'] },
];
