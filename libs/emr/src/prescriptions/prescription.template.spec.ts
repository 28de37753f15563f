import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { encode } from 'uqr';
import { type ReadPage, readPdf } from '../pdf/pdf.fixture.ts';
import {
  type PrescriptionDocument,
  type PrescriptionItem,
  renderPrescription,
} from './prescription.template.ts';

const azithromycin: PrescriptionItem = {
  genericName: 'Azithromycin',
  strength: '500 mg',
  form: 'tablet',
  dose: '1 tablet',
  route: 'Oral',
  frequency: 'Once a day',
  duration: '3 days',
  quantity: '3 tablets',
  refills: 0,
  substitutionAllowed: true,
  instructions: 'Take it one hour before food.',
};

const prescription: PrescriptionDocument = {
  number: 'RX-2026-000123',
  standing: { kind: 'valid' },
  practice: {
    name: 'Koramangala Family Clinic',
    address: ['80 Feet Road', 'Bengaluru 560034'],
    phone: '+91 80 4567 8900',
    email: 'hello@clinic.test',
    country: 'IN',
  },
  doctor: {
    name: 'Dr. Ananya Rao',
    qualifications: 'MBBS, MD',
    licenceNumber: 'KMC 84213',
    licenceCountry: 'IN',
  },
  patient: {
    name: 'Meera Iyer',
    dateOfBirth: Temporal.PlainDate.from('1988-07-14'),
    sex: 'Female',
    weight: '62 kg',
    allergies: ['Penicillin', 'Peanuts'],
  },
  diagnoses: [{ code: 'J02.9', label: 'Acute pharyngitis' }],
  items: [azithromycin],
  advice: 'Rest and drink plenty.',
  signedAt: Temporal.ZonedDateTime.from('2026-03-03T14:05:12+05:30[Asia/Kolkata]'),
  verification: { url: 'https://televisit.test/verify/7KQ2-M9XD', code: '7KQ2-M9XD' },
};

describe('renderPrescription', () => {
  it('prints everything a pharmacist needs', async () => {
    const { pages } = readPdf(await renderPrescription(prescription));
    expect(pages).toHaveLength(1);
    expect(pages[0]?.texts).toEqual(
      expect.arrayContaining([
        'Koramangala Family Clinic',
        'Bengaluru 560034',
        '+91 80 4567 8900 · hello@clinic.test',
        'Dr. Ananya Rao',
        'MBBS, MD',
        'Licence KMC 84213, India',
        'No. RX-2026-000123',
        '3 March 2026',
        'Meera Iyer',
        '14 July 1988',
        '37 years',
        'Female',
        '62 kg',
        'Penicillin, Peanuts',
        'J02.9 Acute pharyngitis',
        'Azithromycin',
        '500 mg tablet',
        '1 tablet',
        'Oral',
        'Once a day',
        '3 days',
        '3 tablets',
        '0',
        'Substitution allowed',
        'Instructions: Take it one hour before food.',
        '1 medicine prescribed · End of list',
        'Rest and drink plenty.',
        'Signed electronically by Dr. Ananya Rao',
        '3 March 2026, 14:05 (UTC+05:30, Asia/Kolkata)',
        '7KQ2-M9XD',
        'Page 1 of 1',
      ]),
    );
  });

  it('tells allergies that nobody recorded from none', async () => {
    const texts = async (allergies: string[] | null) =>
      readPdf(await renderPrescription({ ...prescription, patient: { ...prescription.patient, allergies } }))
        .pages[0]?.texts;
    expect(await texts(null)).toContain('Not recorded');
    expect(await texts([])).toContain('No known allergies');
  });

  it('embeds every font', async () => {
    const patient = { ...prescription.patient, name: 'Łukasz Đặng Ωμέγα Жуков मीरा' };
    const { objects } = readPdf(await renderPrescription({ ...prescription, patient }));
    const texts = objects.filter((object) => object.includes('/Type /Font\n'));
    const descriptors = objects.filter((object) => object.includes('/Type /FontDescriptor'));
    expect(descriptors.length).toBeGreaterThanOrEqual(6);
    for (const descriptor of descriptors) expect(descriptor).toMatch(/\/FontFile2 \d+ 0 R/);
    // A composite font and its descendant for each descriptor: there is no other font.
    expect(texts).toHaveLength(descriptors.length * 2);
  });

  it('draws a QR code that leads to the verification page', async () => {
    const { pages } = readPdf(await renderPrescription(prescription));
    const { data, size } = encode(prescription.verification.url, { ecc: 'M', border: 0 });
    const side = 84 / size;
    const squares = (pages[0]?.rectangles ?? []).filter(({ height }) => Math.abs(height - side) < 0.01);
    const left = Math.min(...squares.map(({ x }) => x));
    const top = Math.min(...squares.map(({ y }) => y));
    const drawn = data.map((row) => row.map(() => false));
    for (const { x, y, width } of squares) {
      const column = Math.round((x - left) / side);
      for (let i = 0; i < Math.round(width / side); i++) {
        const row = drawn[Math.round((y - top) / side)];
        if (row) row[column + i] = true;
      }
    }
    expect(drawn).toEqual(data);
  });

  it('gives the same bytes for the same input', async () => {
    const first = await renderPrescription(prescription);
    await renderPrescription({ ...prescription, advice: 'दर्द होने पर' });
    expect((await renderPrescription(prescription)).equals(first)).toBe(true);
  });

  it('does not depend on what was printed before', async () => {
    // Two spellings that end in one glyph, which remembers the first spelling unless told to forget.
    for (const advice of ['र\u094d\u200dय', '\u0931\u094dय']) {
      const { pages } = readPdf(await renderPrescription({ ...prescription, advice }));
      expect(pages[0]?.texts).toContain(advice);
    }
  });

  it('tells Devanagari in writing order', async () => {
    const advice = 'दिन में दो बार, दर्द होने पर';
    const { pages } = readPdf(await renderPrescription({ ...prescription, advice }));
    expect(pages[0]?.told).toEqual(['दिन में दो बार', 'दर्द होने पर']);
  });

  it('prints on Letter in North America, and on A4 elsewhere', async () => {
    const box = async (country: string) =>
      readPdf(await renderPrescription({ ...prescription, practice: { ...prescription.practice, country } }))
        .objects.find((object) => object.includes('/Type /Page\n'))
        ?.match(/\/MediaBox \[(.*)\]/)?.[1];
    expect(await box('US')).toBe('0 0 612 792');
    expect(await box('CA')).toBe('0 0 612 792');
    expect(await box('FR')).toBe('0 0 595.28 841.89');
  });

  it('repeats the patient, the table header and the banner on every page', async () => {
    const items = Array.from({ length: 40 }, (_, i) => ({
      ...azithromycin,
      genericName: i % 2 ? `Medicine${i}-${'long'.repeat(50)}` : `Medicine${i}`,
      instructions: i === 20 ? 'Slowly and carefully. '.repeat(300) : azithromycin.instructions,
    }));
    const at = prescription.signedAt.add({ days: 1 });
    const standing = { kind: 'cancelled', at, reason: 'Wrong dose' } as const;
    const { pages } = readPdf(await renderPrescription({ ...prescription, items, standing }));
    expect(pages.length).toBeGreaterThan(5);
    for (const [i, { texts }] of pages.entries()) {
      expect(texts).toEqual(
        expect.arrayContaining([
          'Meera Iyer',
          'MEDICINE',
          'CANCELLED – do not dispense',
          'Cancelled on 4 March 2026, 14:05 (UTC+05:30, Asia/Kolkata). Reason: Wrong dose',
          `Page ${i + 1} of ${pages.length}`,
        ]),
      );
    }
    const all = pages.flatMap(({ texts }) => texts);
    for (let i = 0; i < 40; i += 2) expect(all).toContain(`Medicine${i}`);
    expect(all).toContain('40 medicines prescribed · End of list');
    for (const { positions } of pages) expectInside(positions, 595, 842);
  });

  it('names what replaces a superseded copy', async () => {
    const standing = { kind: 'superseded', at: prescription.signedAt, by: 'RX-2026-000124' } as const;
    const { pages } = readPdf(await renderPrescription({ ...prescription, standing }));
    expect(pages[0]?.texts).toContain('SUPERSEDED – do not dispense from this copy');
    expect(pages[0]?.texts.join(' ')).toContain('Replaced by prescription RX-2026-000124');
  });

  it('shows a mark for what no font has, and drops what would turn the text around', async () => {
    const items = [{ ...azithromycin, dose: '5\u202e0 mg', route: '漢😀' }];
    const { pages } = readPdf(await renderPrescription({ ...prescription, items }));
    expect(pages[0]?.texts).toEqual(expect.arrayContaining(['50 mg', '\uFFFD\uFFFD']));
  });

  it('lays out any text', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.string({
        unit: fc.integer({ min: 0x900, max: 0x97f }).map((code) => String.fromCodePoint(code)),
        maxLength: 80,
      }),
      fc.constantFrom('', '\ud800', '\n\n', 'a\u0301'.repeat(300), '\u200d', '\u0000', 'W'.repeat(500)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({ name: text, dose: text, advice: text }),
        async ({ name, dose, advice }) => {
          const items = [{ ...azithromycin, genericName: name, dose, instructions: advice }];
          const patient = { ...prescription.patient, name, allergies: [dose] };
          const practice = { ...prescription.practice, name, address: [dose, advice] };
          const pdf = readPdf(
            await renderPrescription({ ...prescription, items, patient, practice, advice }),
          );
          expect(pdf.pages.flatMap((page) => page.texts)).toContain('1 medicine prescribed · End of list');
        },
      ),
      { numRuns: 40 },
    );
  });
});

function expectInside(positions: ReadPage['positions'], width: number, height: number) {
  expect(positions.length).toBeGreaterThan(0);
  for (const { x, y } of positions) {
    expect(x > 20 && x < width - 20 && y > 15 && y < height - 15 ? 'inside' : { x, y }).toBe('inside');
  }
}
