import type { VerifiedPrescription } from '#emr';
import { CARD_STYLE } from './card.style.ts';
import { html, page } from './html.ts';

/** Where the controller serves VERIFICATION_STYLE: the content security policy allows no style in the page. */
const STYLE_PATH = '/verify/style.css';

export const VERIFICATION_STYLE = `${CARD_STYLE}.valid { --tone: var(--valid); }
.cancelled, .unknown { --tone: var(--danger); }
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
