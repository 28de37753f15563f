import { describe, it } from 'node:test';
import { expect } from 'expect';
import { readPdf } from '../pdf/pdf.fixture.ts';
import { renderSummary } from './summary.template.ts';
import type { SummaryDocument } from './summary-document.ts';
import { summarySections } from './summary-sections.ts';

const at = Temporal.Instant.from('2026-03-03T08:35:12Z');
const UNASKED = {
  patientId: 'p',
  version: 0,
  allergies: null,
  conditions: null,
  medications: null,
  surgeries: null,
  family: null,
  social: null,
  recordedBy: null,
  recordedAt: null,
};

const summary: SummaryDocument = {
  patient: { name: 'मीरा Iyer', dateOfBirth: Temporal.PlainDate.from('1988-07-14'), sex: 'Female' },
  changedAt: at,
  sections: summarySections({
    history: {
      ...UNASKED,
      allergies: [{ substance: 'Penicillin', reaction: 'rash', severity: 'severe' }],
      conditions: [],
      social: 'Smokes\nLives alone',
    },
    latestVitals: {
      id: 'v',
      organizationId: null,
      patientId: 'p',
      encounterId: null,
      recordedBy: 'u',
      recordedAt: at,
      createdAt: at,
      updatedAt: at,
      measurements: { temperature: 39.5, weight: 62 },
      flags: { temperature: 'high' },
    },
    prescriptions: [],
    encounters: [],
    documents: [],
  }),
};

describe('renderSummary', () => {
  it('prints the chart, and tells what nobody asked from what is not', async () => {
    const { pages } = readPdf(await renderSummary(summary));
    expect(pages).toHaveLength(1);
    expect(pages[0]?.texts).toEqual(
      expect.arrayContaining([
        'Medical summary',
        'As of 3 March 2026 (UTC)',
        'Born 14 July 1988 · Female',
        'Allergies',
        'Penicillin',
        'severe, rash',
        'None',
        'Not recorded',
        'Smokes',
        'Lives alone',
        'Vital signs of 3 March 2026',
        '39.5 °C, high',
        '62 kg',
        'Page 1 of 1',
      ]),
    );
  });

  it('goes over as many pages as it takes, with the name on each', async () => {
    const entry = { lead: 'Encounter', text: 'A long note of many words. '.repeat(200) };
    const sections = [{ title: 'Visits', empty: '', entries: Array.from({ length: 20 }, () => entry) }];
    const patient = { ...summary.patient, name: 'Meera Iyer', dateOfBirth: null, sex: null };
    const { pages } = readPdf(await renderSummary({ ...summary, patient, sections }));
    expect(pages.length).toBeGreaterThan(5);
    for (const { texts, positions } of pages) {
      expect(texts).toContain('Meera Iyer');
      expect(texts).toContain('Date of birth not recorded');
      for (const { x, y } of positions) expect(x > 20 && x < 575 && y > 15 && y < 827).toBe(true);
    }
  });

  it('makes the same bytes of the same chart', async () => {
    expect(await renderSummary(summary)).toEqual(await renderSummary(summary));
  });
});
