// The programs that only the system tests need: a browser, Redis and a TURN server.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const programs = [
  { package: 'chromium', commands: ['chromium', 'chromium-browser', 'google-chrome'] },
  { package: 'redis-server', commands: ['redis-server'] },
  { package: 'coturn', commands: ['turnserver'] },
];

/** The Debian packages of the programs that are not on the PATH. */
export function missingSystemPrograms() {
  return programs.filter(({ commands }) => !commands.some(onPath)).map((program) => program.package);
}

export function howToInstall(packages) {
  return `on Debian or Ubuntu: apt-get install ${packages.join(' ')}`;
}

function onPath(command) {
  // Debian keeps some servers in sbin, which an ordinary user's PATH leaves out.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
