import { type DataFolder, dataFolder } from './data-folder.ts';
import { StartProblem } from './start-problem.ts';

/** What the operator chose for a local start; everything else is generated. */
export interface LocalSettings {
  /** The api's port. */
  port: number;
  /** Where browsers reach the api. */
  baseUrl: string;
  folder: DataFolder;
  /** The operator's environment, which wins over what the launcher would set. */
  environment: NodeJS.ProcessEnv;
}

const DEFAULT_PORT = 8000;

/** @throws StartProblem when PORT is no port */
export function readSettings(environment: NodeJS.ProcessEnv): LocalSettings {
  const text = environment.PORT || String(DEFAULT_PORT);
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new StartProblem(`PORT is \`${text}\`; it must be a number from 1 to 65535.`);
  }
  return {
    port,
    baseUrl: environment.BASE_URL || `http://localhost:${port}`,
    folder: dataFolder(environment.DATA_DIR || undefined),
    environment,
  };
}
