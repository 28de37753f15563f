import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import S3rver, { type S3Middleware } from '@20minutes/s3rver';
import accounts from '@20minutes/s3rver/lib/models/account.js';
import { LOOPBACK } from './ports.ts';

/** Browsers fetch by presigned URL from the api's origin; the signature is what admits them. */
const CORS = `<CORSConfiguration>
  <CORSRule>
    <AllowedOrigin>*</AllowedOrigin>
    <AllowedMethod>GET</AllowedMethod>
    <AllowedMethod>HEAD</AllowedMethod>
    <AllowedMethod>PUT</AllowedMethod>
    <AllowedHeader>*</AllowedHeader>
    <ExposeHeader>ETag</ExposeHeader>
    <MaxAgeSeconds>3000</MaxAgeSeconds>
  </CORSRule>
</CORSConfiguration>`;

/** The key pair that the package knows from its start, `S3RVER`; anyone could guess it. */
const WELL_KNOWN_KEY = 'S3RVER';

export interface ObjectStoreOptions {
  port: number;
  folder: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface ObjectStore {
  url: string;
  close(): Promise<void>;
}

/** An S3 server on loopback with one bucket and one key pair; objects are files in the folder. */
export async function startObjectStore(options: ObjectStoreOptions): Promise<ObjectStore> {
  accounts.DUMMY_ACCOUNT.revokeAccessKey(WELL_KNOWN_KEY);
  accounts.DUMMY_ACCOUNT.createKeyPair(options.accessKeyId, options.secretAccessKey);
  const store = new S3rver({
    directory: options.folder,
    silent: true,
    vhostBuckets: false,
    configureBuckets: [{ name: options.bucket, configs: [CORS] }],
  });
  replaceWhole(store);
  // Before the last one, which routes, checks the signature and answers.
  store.middleware.splice(-1, 0, nameBucketAsSigned);
  await store.configureBuckets();
  const serve = store.callback();
  const server = createServer((request, response) => {
    if (isSigned(request)) serve(request, response);
    else refuse(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, LOOPBACK, resolve);
  });
  return {
    url: `http://${LOOPBACK}:${options.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The package writes into the object that is being read; S3 shows the old bytes or the new ones, never a part. */
function replaceWhole({ store }: S3rver): void {
  const put = store.putContent.bind(store);
  store.putContent = async (path, content) => {
    const draft = `${path}.${randomUUID()}`;
    const written = await put(draft, content);
    await rename(draft, path);
    return written;
  };
}

/**
 * AWS's SDK signs a request on the bucket itself as `/bucket/`; the package checks it as `/bucket`, so that
 * HeadBucket, ListObjects and DeleteObjects fail. For a bucket that is named by the host, it does append
 * the path that it is mounted on: that makes it the slash.
 */
const nameBucketAsSigned: S3Middleware = (context, next) => {
  if (/^\/[^/]+\/$/.test(context.path)) {
    context.state.vhost = true;
    context.mountPath = '/';
  }
  return next();
};

/** The package verifies a signature that is there but lets a request without one through. */
function isSigned(request: IncomingMessage): boolean {
  if (request.method === 'OPTIONS' || request.headers.authorization !== undefined) return true;
  return new URL(request.url ?? '/', 'http://localhost').searchParams.has('X-Amz-Algorithm');
}

function refuse(response: ServerResponse): void {
  response.writeHead(403, { 'content-type': 'application/xml' });
  response.end(
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
  );
}
