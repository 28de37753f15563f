import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import type { LocalSettings } from './settings.ts';

/** What the api's seed leaves for this screen in DATA_DIR/demo.json. */
interface DemoNotes {
  /** A visit that can be joined now. */
  visitUrl?: string;
  logins?: { email: string; role: string; note?: string }[];
  /** The password of all of them. */
  password?: string;
}

/** The screen that a start ends with: where everything is and how to log in. */
export async function welcome({ baseUrl, folder }: LocalSettings, api: NodeJS.ProcessEnv): Promise<string> {
  const demo = await readDemo(folder.demo);
  const places = [
    ['API', `${baseUrl}/api/`],
    ['Reference', `${baseUrl}/docs`],
    ['OpenAPI', `${baseUrl}/openapi.json`],
    ...(api.MAIL_SPOOL_DIR ? [['Mail', `${baseUrl}/dev/mail`]] : []),
    ...(api.STRIPE_API_URL ? [['Payments', `${api.STRIPE_API_URL} (sandbox)`]] : []),
    ...(api.RAZORPAY_API_URL ? [['', `${api.RAZORPAY_API_URL} (sandbox, for INR)`]] : []),
    ['Visit', demo.visitUrl ? `${demo.visitUrl} (can be joined now)` : `${baseUrl}/visit/{room_id}`],
  ] as [string, string][];
  const logins = (demo.logins ?? []).map(({ email, role, note }) => [
    email,
    note ? `${role}, ${note}` : role,
  ]);
  const lines = [
    '',
    `  ${bold('Televisit')} is ready.`,
    '',
    ...table(places),
    ...(logins.length > 0
      ? ['', `  ${bold('Log in')} with the password ${bold(demo.password ?? '')}`, '']
      : []),
    ...table(logins as [string, string][]),
    '',
    `  ${dim('npm run demo plays a whole visit · Ctrl-C stops · data in')} ${dim(folder.directory)}`,
    '',
  ];
  return `${lines.join('\n')}\n`;
}

async function readDemo(file: string): Promise<DemoNotes> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // No seed has run: production data, or an api without demo data.
    return {};
  }
}

function table(rows: [string, string][]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length)) + 3;
  return rows.map(([name, value]) => `  ${name.padEnd(width)}${value}`);
}

function bold(text: string): string {
  return styleText('bold', text);
}

function dim(text: string): string {
  return styleText('dim', text);
}
