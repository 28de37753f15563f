import { z } from 'zod';
import {
  CLOSE_CODES,
  type ClientMessage,
  clientMessage,
  helloMessage,
  RTC_LIMITS,
  relayedMessage,
  type ServerMessage,
  SUBPROTOCOL,
  SUBPROTOCOL_TOKEN_PREFIX,
  serverMessage,
} from '#rtc';

const CLIENT: Record<ClientMessage['type'] | 'hello', string> = {
  hello: 'The first message: a join token, or the session that is to go on.',
  offer: 'A session description.',
  answer: 'A session description.',
  candidate: 'One ICE candidate.',
  candidates: 'Several ICE candidates at once.',
  'end-of-candidates': 'No more candidates will come.',
  'restart-ice': 'Asks the other side to restart ICE.',
  chat: 'A line of text.',
  'media-state': 'What the sender sends.',
  stats: 'A report of call quality; recorded, not passed on.',
  ping: 'Asks for a pong.',
  bye: 'Gives the session up for good.',
};

const SERVER: Record<ServerMessage['type'], string> = {
  welcome: 'The client is in: who it is, who is here, ICE servers and limits.',
  'participant-joined': 'Somebody came, or came anew.',
  presence: 'The same session has another state now.',
  'participant-left': 'Somebody is gone for good.',
  admitted: 'Relaying is open for the client.',
  'returned-to-waiting': 'The doctor asks the client to wait again.',
  ended: 'The visit is over for the client.',
  waiting: 'The place in the queue changed.',
  'ice-servers': 'Fresh TURN credentials, before the old ones end.',
  move: 'This process is about to stop: resume on a new connection.',
  pong: 'The answer to a ping.',
  error: 'A message was refused, or the connection is about to be closed.',
};

const stamps = { seq: z.int().positive(), at: z.iso.datetime(), from: z.uuid() };

interface Described {
  /** Its name in the document; what is relayed is another message when the server says it. */
  readonly name: string;
  readonly summary: string;
  readonly payload: object;
}

/**
 * The signalling protocol as AsyncAPI 3.0, seen from the server, made from the schemas that the gateway
 * itself parses and answers with. https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export function asyncApiOf() {
  const fromClient: Described[] = [
    { name: 'hello', summary: CLIENT.hello, payload: jsonSchemaOf(helloMessage, 'input') },
    ...clientMessage.options.map((schema) => {
      const type = schema.shape.type.value;
      return { name: type, summary: CLIENT[type], payload: jsonSchemaOf(schema, 'input') };
    }),
  ];
  const fromServer: Described[] = [
    ...serverMessage.options.map((schema) => {
      const type = schema.shape.type.value;
      return { name: type, summary: SERVER[type], payload: jsonSchemaOf(schema, 'output') };
    }),
    ...relayedMessage.options.map((schema) => {
      const type = schema.shape.type.value;
      return {
        name: `relayed-${type}`,
        summary: `${CLIENT[type]} As the other participants hear it.`,
        payload: jsonSchemaOf(schema.extend(stamps), 'output'),
      };
    }),
  ];
  const all = [...fromClient, ...fromServer];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Televisit signalling',
      version: SUBPROTOCOL,
      description:
        'What two browsers or apps need to set up a WebRTC call, the waiting room, and the chat. One JSON ' +
        'object in one text frame. How to connect, resume and negotiate is told in docs/rtc-protocol.md.',
    },
    defaultContentType: 'application/json',
    servers: {
      own: { host: '{host}', protocol: 'wss', variables: { host: { default: 'localhost:8000' } } },
    },
    channels: {
      room: {
        address: '/ws/rtc/{room_id}/',
        description: 'The connection of one participant to one room.',
        parameters: { room_id: { description: 'As the join answer names it.' } },
        messages: byName(all, ({ name }) => ({ $ref: `#/components/messages/${name}` })),
        bindings: {
          ws: {
            method: 'GET',
            headers: {
              type: 'object',
              required: ['Sec-WebSocket-Protocol'],
              properties: {
                'Sec-WebSocket-Protocol': {
                  type: 'string',
                  description: `${SUBPROTOCOL}, and where the token does not come in the hello, ${SUBPROTOCOL_TOKEN_PREFIX}<join token>.`,
                },
              },
            },
            bindingVersion: '0.1.0',
          },
        },
        'x-close-codes': CLOSE_CODES,
        'x-limits': {
          max_frame_bytes: RTC_LIMITS.maxFrameBytes,
          hello_within_ms: RTC_LIMITS.helloDeadlineMs,
          messages_per_second: RTC_LIMITS.messagesPerSecond,
          messages_at_once: RTC_LIMITS.messageBurst,
          bytes_per_second: RTC_LIMITS.bytesPerSecond,
          bytes_at_once: RTC_LIMITS.byteBurst,
          resume_window_ms: RTC_LIMITS.resumeWindowMs,
        },
      },
    },
    operations: {
      hear: operation('receive', 'What a client says.', fromClient),
      tell: operation('send', 'What the server says.', fromServer),
    },
    components: {
      messages: byName(all, ({ name, summary }) => ({
        name,
        summary,
        payload: { $ref: `#/components/schemas/${name}` },
      })),
      schemas: byName(all, ({ payload }) => payload),
    },
  };
}

function byName<Value>(messages: readonly Described[], value: (message: Described) => Value) {
  return Object.fromEntries(messages.map((message) => [message.name, value(message)]));
}

function operation(action: 'receive' | 'send', summary: string, messages: readonly Described[]) {
  return {
    action,
    summary,
    channel: { $ref: '#/channels/room' },
    messages: messages.map(({ name }) => ({ $ref: `#/channels/room/messages/${name}` })),
  };
}

function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      // What the server says may gain fields; a client must not break on them.
      if (io === 'output') delete jsonSchema.additionalProperties;
      // The format says it better than zod's own regular expression for it.
      if (jsonSchema.format) delete jsonSchema.pattern;
    },
  });
  return json;
}
