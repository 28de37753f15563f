import type { VerifiedPrescription } from '#emr';
import { html, page } from './html.ts';

/** Where the controller serves VERIFICATION_STYLE: the content security policy allows no style in the page. */
const STYLE_PATH = '/verify/style.css';

export const VERIFICATION_STYLE = `:root {
  color-scheme: light dark;
  --ground: light-dark(#f1f6f6, #10171c);
  --card: light-dark(#ffffff, #18222a);
  --ink: light-dark(#17212b, #e6edf2);
  --muted: light-dark(#586573, #9fb0bd);
  --line: light-dark(#cfd7dd, #2c3a45);
  --valid: light-dark(#0b6b6b, #5cc8c0);
  --danger: light-dark(#b3261e, #ff8a80);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  padding: 4vh 1rem;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
main {
  max-width: 32rem;
  margin: 0 auto;
  padding: 1.5rem;
  background: var(--card);
  border: 1px solid var(--line);
  border-top: 6px solid var(--tone);
  border-radius: 6px;
}
.valid { --tone: var(--valid); }
.cancelled, .unknown { --tone: var(--danger); }
h1 { margin: 0; font-size: 1.4rem; color: var(--tone); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .5rem 1.25rem; margin: 1.5rem 0; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
footer { color: var(--muted); font-size: .875rem; }
@media (max-width: 26rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .75rem; } }
`;

export function verificationPage(verified: VerifiedPrescription): string {
  const { doctor, status, cancelledAt, itemCount } = verified;
  const day = (at: Temporal.Instant) => longDate(at.toZonedDateTimeISO(verified.timeZone).toPlainDate());
  const valid = status === 'issued';
  return page(
    valid ? 'Genuine prescription' : 'Cancelled prescription',
    STYLE_PATH,
    html`<main class="${valid ? 'valid' : 'cancelled'}">
<h1>${valid ? 'This prescription is genuine and valid' : 'This prescription was cancelled: do not dispense'}</h1>
<dl>
<dt>Number</dt><dd>${verified.number}</dd>
<dt>Status</dt><dd>${valid ? 'Issued' : 'Cancelled'}</dd>
<dt>Issued</dt><dd>${day(verified.issuedAt)}</dd>
${cancelledAt && html`<dt>Cancelled</dt><dd>${day(cancelledAt)}</dd>\n`}<dt>Doctor</dt><dd>${doctor.name}</dd>
<dt>Licence</dt><dd>${doctor.licenceNumber} (${doctor.licenceCountry})</dd>
<dt>Practice</dt><dd>${verified.practiceName}</dd>
<dt>Patient</dt><dd>${verified.patientInitials}</dd>
<dt>Medicines</dt><dd>${itemCount}</dd>
</dl>
<footer>Compare this with the paper: number, date, doctor, the patient’s initials and how many medicines it
lists. Which medicines they are is not shown here, to protect the patient.</footer>
</main>`,
  );
}

export function unknownCodePage(): string {
  return page(
    'Unknown code',
    STYLE_PATH,
    html`<main class="unknown">
<h1>No prescription has this code</h1>
<p>Check that the code was typed as it stands on the paper. If it was, the paper is not genuine: do not
dispense from it.</p>
</main>`,
  );
}

const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' });

function longDate(date: Temporal.PlainDate): string {
  return dates.format(date as unknown as Date);
}
