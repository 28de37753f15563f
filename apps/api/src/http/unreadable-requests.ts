import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { dialectOf } from './dialects/dialect-of.ts';
import { frameworkError } from './framework-errors.ts';

/** What the parser of HTTP finds, by its code; anything else is no HTTP. */
const PARSER_ERRORS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what no route can be found for, such as `/api/doctors/%zz/`, in the shape of the surface. */
export function answerUnroutable(
  error: { readonly statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { status, body } = dialectOf(request.url).failure(frameworkError(error.statusCode ?? 400));
  void reply.code(status).send(body);
}

/** Answers bytes that are no request, and ends the connection. Which surface was meant nobody knows. */
export function answerUnreadable(error: { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = PARSER_ERRORS[error.code ?? ''] ?? 400;
  const body = JSON.stringify(dialectOf('/').failure(frameworkError(status)).body);
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
