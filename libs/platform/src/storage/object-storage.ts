import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { loadS3, type S3 } from './s3.ts';

/** How long a presigned link works, in seconds. */
export const PRESIGNED_SECONDS = 300;

/** Files, in S3 or anything that speaks its protocol. Clients get presigned links, never credentials. */
@Injectable()
export class ObjectStorage {
  readonly #bucket: string;
  #s3: Promise<S3> | undefined;

  constructor(private readonly config: Config) {
    this.#bucket = config.env.S3_BUCKET;
  }

  async put(key: string, body: Uint8Array, contentType: string): Promise<void> {
    const { client, PutObjectCommand } = await this.#open();
    await client.send(
      new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: body, ContentType: contentType }),
    );
  }

  async get(key: string): Promise<Uint8Array> {
    const { client, GetObjectCommand } = await this.#open();
    const { Body } = await client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    if (!Body) throw new Error(`Object ${key} has no body.`);
    return Body.transformToByteArray();
  }

  async exists(key: string): Promise<boolean> {
    const { client, HeadObjectCommand } = await this.#open();
    try {
      await client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
      return true;
    } catch (error) {
      if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404)
        return false;
      throw error;
    }
  }

  /** Takes an object away; nothing happens when there is none. */
  async remove(key: string): Promise<void> {
    const { client, DeleteObjectCommand } = await this.#open();
    await client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }

  /**
   * A link that takes the bytes of an object by PUT, for PRESIGNED_SECONDS. Type and length are signed:
   * the storage refuses any others.
   */
  async presignUpload(
    key: string,
    contentType: string,
    sizeBytes: number,
  ): Promise<{ url: string; headers: Record<string, string> }> {
    const { publicClient, PutObjectCommand, getSignedUrl } = await this.#open();
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ContentType: contentType,
      ContentLength: sizeBytes,
    });
    const signableHeaders = new Set(['host', 'content-type', 'content-length']);
    const url = await getSignedUrl(publicClient, command, { expiresIn: PRESIGNED_SECONDS, signableHeaders });
    // Clients send the length by themselves; a browser does not let them set it.
    return { url, headers: { 'Content-Type': contentType } };
  }

  /** A link that downloads the object under `filename`, for PRESIGNED_SECONDS. */
  async presignDownload(key: string, filename: string): Promise<string> {
    const { publicClient, GetObjectCommand, getSignedUrl } = await this.#open();
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ResponseContentDisposition: `attachment; filename="${filename.replaceAll(/[^\w.-]/g, '_')}"`,
    });
    return getSignedUrl(publicClient, command, { expiresIn: PRESIGNED_SECONDS });
  }

  /** Whether the bucket can be reached. */
  async check(): Promise<void> {
    const { client, HeadBucketCommand } = await this.#open();
    await client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
  }

  #open(): Promise<S3> {
    this.#s3 ??= loadS3(this.config.env);
    return this.#s3;
  }
}
