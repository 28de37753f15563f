import { readFile } from 'node:fs/promises';

/**
 * When the process started, in the kernel's ticks since boot: with the id it names one process, because
 * ids are given again. Undefined when there is no such process, or only its unburied remains.
 * Source: proc(5), /proc/pid/stat, fields 3 and 22. Elsewhere than on Linux it is 0 for a live process.
 */
export async function processStart(pid: number): Promise<number | undefined> {
  if (process.platform !== 'linux') return isAlive(pid) ? 0 : undefined;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The command's name, in parentheses, may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}

/** The command line of a process, its arguments parted by spaces; empty when it cannot be known. */
export async function commandLine(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
