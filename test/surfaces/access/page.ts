import { KIN, type KinRow } from './kin.ts';
import { CALLERS, type Row, type Rows } from './row.ts';

/** The tables of docs/access.md, by path and method. */
export function accessPage(rows: Rows, kinRows: Readonly<Record<string, KinRow>>): string {
  return `${HEAD}\n${table(CALLERS, rows)}\n${KIN_HEAD}\n${table(KIN, kinRows)}`;
}

function table(callers: readonly string[], rows: Readonly<Record<string, Line>>): string {
  const lines = Object.entries(rows)
    .map(([operation, row]) => ({ operation, path: operation.split(' ')[1] ?? '', row }))
    .sort((a, b) => compare(a.path, b.path) || compare(a.operation, b.operation))
    .map(({ operation, row }) => line(operation, row));
  return `| operation | ${callers.join(' | ')} |
|---|${'---|'.repeat(callers.length)}
${lines.join('\n')}
`;
}

/** What a line shows of a row. */
type Line = Pick<Row, 'codes' | 'newcomers'>;

const line = (operation: string, { codes, newcomers }: Line) =>
  `| \`${operation}\`${newcomers ? ' ¹' : ''} | ${codes.split(' ').join(' | ')} |`;

/** Not by locale: the same page everywhere. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const HEAD = `<!-- Written by WRITE=1 node tools/test.mjs test/surfaces/access/matrix.spec.ts from its rows. -->

# Who may do what

What each caller gets for one and the same request. The record that is asked for belongs to **patient** and **doctor**: a visit of the two, and what came of it. **Other patient** and **other doctor** have nothing to do with it; the other doctor is of another practice. The test \`test/surfaces/access/matrix.spec.ts\` asks all of this of a running server, and fails when an operation has no row.

- 401: not logged in. 403: the role may not do this at all, or the caller sees the record and may not do this to it. 404: for this caller there is no such record; that it exists is not told.
- 200, 201, 202: allowed. They are asked one after the other, from left to right: 409 says that the caller may do it, and that it is done already or cannot be done now. 402, likewise: it has to be paid for.
- 200+: a list, and the record of the two is in it; 200 without the sign: the list does not have it.
- Where nobody needs to log in, what is sent decides: 400 for a webhook without a signature, 401 for a login that is not valid, 410 for a link that is not. The two of Cognito answer 404, for the server of this test has no user pool.

¹ What ends logins or belongs to the account alone: each caller is a new account of the role, and asks for themselves.
`;

const KIN_HEAD = `
## Those who stand near

The record belongs to a child: a visit that the **guardian** booked, and what came of it. The **other guardian** cares for another child. The **colleague** is a doctor of the same practice who does not treat the child: a chart and a visit are for the doctor of the visit, not for the practice. The test \`test/surfaces/access/kin.spec.ts\` asks, and also who gets through the door of the call.
`;
