import { join } from 'node:path';

/** The repository's root, from the sources and from the build alike: the home of migrations and documents. */
export const ROOT = join(
  import.meta.dirname,
  import.meta.filename.endsWith('.ts') ? '../../..' : '../../../..',
);
