import { access, chmod, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StartProblem } from './start-problem.ts';

/** Where everything that `npm start` keeps lies. */
export type DataFolder = ReturnType<typeof dataFolder>;

/** @param directory DATA_DIR; `.data` in the current directory when it is not set */
export function dataFolder(directory = '.data') {
  const at = (name: string) => join(resolve(directory), name);
  return {
    directory: resolve(directory),
    /** Generated keys and passwords, for this user's eyes only. */
    secrets: at('secrets'),
    /** What the running api was started with, for `npm run cli`. */
    environment: at('secrets/api-environment.json'),
    /** Which port each part had the last time. */
    ports: at('ports.json'),
    /** Which launcher runs here; see run-lock.ts. */
    lock: at('launcher.json'),
    lockClaim: at('launcher.json.lock'),
    postgres: at('postgres'),
    /** Where the database lies when it cannot lie in `postgres`; see place-postgres.ts. */
    postgresLocation: at('postgres.location'),
    objects: at('objects'),
    mail: at('mail'),
    payments: at('stripe-sandbox.json'),
    razorpay: at('razorpay-sandbox.json'),
    /** What the api's seed says about the demo data, for the welcome screen. */
    demo: at('demo.json'),
  };
}

/** Makes the data folder, and says so plainly when this user may not write to it. */
export async function createDataFolder(folder: DataFolder): Promise<void> {
  try {
    const made = await mkdir(folder.directory, { recursive: true });
    // Others may pass through (PostgreSQL can run as another user) but not look around.
    if (made) await chmod(folder.directory, 0o711);
    await access(folder.directory, constants.R_OK | constants.W_OK | constants.X_OK);
    for (const own of [folder.secrets, folder.objects, folder.mail]) {
      await mkdir(own, { recursive: true, mode: 0o700 });
      await access(own, constants.R_OK | constants.W_OK | constants.X_OK);
    }
  } catch (error) {
    throw new StartProblem(
      `The data folder ${folder.directory} cannot be written (${(error as Error).message}). ` +
        'Was it made by another user? Give it to this one, or set DATA_DIR to another folder.',
    );
  }
}
