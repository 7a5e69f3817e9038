/**
 * Node's HTTP, as it is asked for by a program that has no other use for it: an `import` looks at
 * all that it exports, and by that loads WebSocket, fetch and HTTP/2, which weigh 12 MiB.
 */
export const { createServer, request } = process.getBuiltinModule('node:http');
