// The parts of the untyped package `@20minutes/s3rver` that object-store.ts uses.
declare module '@20minutes/s3rver' {
  import type { RequestListener } from 'node:http';
  import type { Readable } from 'node:stream';

  /** Koa's, as far as it is used. */
  export type S3Middleware = (
    context: { path: string; mountPath?: string; state: { vhost?: boolean } },
    next: () => Promise<unknown>,
  ) => Promise<unknown>;

  export default class S3rver {
    middleware: S3Middleware[];
    store: {
      /** Writes bytes to a file; gives their number and their MD5. */
      putContent(path: string, content: Readable): Promise<[number, string]>;
    };

    constructor(options: {
      directory: string;
      silent: boolean;
      vhostBuckets: boolean;
      configureBuckets: { name: string; configs: string[] }[];
    });
    configureBuckets(): Promise<unknown>;
    callback(): RequestListener;
  }
}

declare module '@20minutes/s3rver/lib/models/account.js' {
  interface Account {
    createKeyPair(accessKeyId: string, secretAccessKey: string): void;
    revokeAccessKey(accessKeyId: string): void;
  }
  const account: { DUMMY_ACCOUNT: Account };
  export default account;
}
