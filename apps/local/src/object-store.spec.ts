import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect } from 'expect';
import { type ObjectStore, startObjectStore } from './object-store.ts';
import { freePort } from './ports.ts';

describe('the object store', () => {
  const bucket = 'televisit';
  const object = { Bucket: bucket, Key: 'prescriptions/one.pdf' };
  let folder: string;
  let store: ObjectStore;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'televisit-objects-'));
    const keys = { accessKeyId: 'LOCAL1', secretAccessKey: 'secret' };
    store = await startObjectStore({ port: await freePort(), folder, bucket, ...keys });
    await client(keys).send(
      new PutObjectCommand({ ...object, Body: '%PDF', ContentType: 'application/pdf' }),
    );
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  function client(credentials = { accessKeyId: 'LOCAL1', secretAccessKey: 'secret' }): S3Client {
    return new S3Client({
      endpoint: store.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  it('gives a browser from any origin the object of a presigned URL', async () => {
    const url = await getSignedUrl(client(), new GetObjectCommand(object), { expiresIn: 60 });
    const response = await fetch(url, { headers: { origin: 'http://localhost:8000' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.text()).toBe('%PDF');
  });

  it('gives the old bytes or the new ones of an object that is replaced while it is read', async () => {
    const replaced = { Bucket: bucket, Key: 'statements/one.pdf' };
    const bytes = Buffer.alloc(1 << 20, 'x');
    const put = () => client().send(new PutObjectCommand({ ...replaced, Body: bytes }));
    await put();
    const url = await getSignedUrl(client(), new GetObjectCommand(replaced), { expiresIn: 60 });
    const read = async () => Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes);
    const seen = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => (n % 3 ? read() : !!(await put()))),
    );
    expect(seen).toEqual(Array(12).fill(true));
  });

  it('answers about the bucket itself', async () => {
    await client().send(new HeadBucketCommand({ Bucket: bucket }));
    const spare = { Bucket: bucket, Key: 'documents/ü 1.txt' };
    await client().send(new PutObjectCommand({ ...spare, Body: 'x' }));
    const list = await client().send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'documents/' }));
    expect(list.Contents?.map(({ Key }) => Key)).toEqual([spare.Key]);
    await client().send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key: spare.Key }] } }),
    );
    await expect(client().send(new GetObjectCommand(spare))).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('refuses a request without a signature, with a changed one, and with the key the package ships', async () => {
    const plain = `${store.url}/${bucket}/${object.Key}`;
    expect((await fetch(plain)).status).toBe(403);
    expect((await fetch(plain, { method: 'PUT', body: 'x' })).status).toBe(403);
    expect((await fetch(plain, { method: 'DELETE' })).status).toBe(403);
    const url = await getSignedUrl(client(), new GetObjectCommand(object), { expiresIn: 60 });
    expect((await fetch(url.replace('one.pdf', 'two.pdf'))).status).toBe(403);
    expect((await fetch(`${store.url}/${bucket}/`)).status).toBe(403);
    const guess = client({ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' });
    await expect(guess.send(new GetObjectCommand(object))).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
    });
  });
});
