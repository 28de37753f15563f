import type { Environment } from '../config/config.ts';

/**
 * The S3 client, loaded when the first object is touched: the SDK is a third of the memory of an idle
 * process and half a second of its start.
 */
export async function loadS3(env: Environment) {
  const [sdk, presigner] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/s3-request-presigner'),
  ]);
  const connect = (endpoint: string | undefined) =>
    new sdk.S3Client({
      region: env.S3_REGION,
      ...(endpoint && { endpoint, forcePathStyle: true }),
      ...(env.S3_ACCESS_KEY_ID &&
        env.S3_SECRET_ACCESS_KEY && {
          credentials: { accessKeyId: env.S3_ACCESS_KEY_ID, secretAccessKey: env.S3_SECRET_ACCESS_KEY },
        }),
      // A presigned PUT would otherwise carry the checksum of an empty body.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  return {
    client: connect(env.S3_ENDPOINT),
    /** Signs links for clients, who may reach the store under another name than the server does. */
    publicClient: connect(env.S3_PUBLIC_URL ?? env.S3_ENDPOINT),
    PutObjectCommand: sdk.PutObjectCommand,
    GetObjectCommand: sdk.GetObjectCommand,
    HeadObjectCommand: sdk.HeadObjectCommand,
    DeleteObjectCommand: sdk.DeleteObjectCommand,
    HeadBucketCommand: sdk.HeadBucketCommand,
    getSignedUrl: presigner.getSignedUrl,
  };
}

export type S3 = Awaited<ReturnType<typeof loadS3>>;
