import type { EncounterContent, Measurements, PrescriptionContent, PrescriptionItem } from '#emr';

/** What a visit that took place left behind. */
export interface TakenPlace {
  readonly record: Omit<EncounterContent, 'vitals'> & { readonly vitals: Measurements | null };
  readonly prescription?: Pick<PrescriptionContent, 'items' | 'advice'>;
  readonly review?: { readonly rating: number; readonly comment: string };
}

export interface CastVisit {
  readonly patient: string;
  readonly doctor: string;
  /** In days from today, in the doctor's zone; the first free slot from then on is taken. */
  readonly day: number;
  readonly time: string;
  readonly reason: string;
  readonly outcome: TakenPlace | 'cancelled' | 'coming' | 'held';
}

/** The visits of the demo, in no particular order: the timeline sorts them. */
export const STORY: readonly CastVisit[] = [
  {
    patient: 'patient',
    doctor: 'dr.rao',
    day: -41,
    time: '10:00',
    reason: 'A cough at night for two weeks',
    outcome: {
      record: {
        chiefComplaint: 'Cough at night for two weeks',
        subjective: 'Dry cough, worse after midnight. No fever. Uses the inhaler three times a week.',
        objective: 'Speaks in full sentences. Faint wheeze on forced expiration, heard over video.',
        assessment: 'Asthma, not well controlled.',
        plan: 'Inhaled corticosteroid for eight weeks, peak flow diary, review in six weeks.',
        diagnoses: [
          { code: 'J45.9', system: 'icd-10', description: 'Asthma, unspecified' },
          { code: 'R05', system: 'icd-10', description: 'Cough' },
        ],
        vitals: {
          systolic: 116,
          diastolic: 74,
          heartRate: 76,
          respiratoryRate: 16,
          oxygenSaturation: 97,
          weight: 58,
        },
      },
      prescription: {
        items: [
          medicine(
            'Budesonide',
            '200 mcg',
            'dry powder inhaler',
            '1 puff',
            'inhaled',
            'twice a day',
            '8 weeks',
            {
              quantity: '1 inhaler (120 doses)',
              refills: 1,
              instructions: 'Rinse the mouth after each use.',
            },
          ),
          medicine(
            'Salbutamol',
            '100 mcg',
            'metered dose inhaler',
            '2 puffs',
            'inhaled',
            'when needed',
            '8 weeks',
            {
              quantity: '1 inhaler (200 doses)',
              instructions: 'At most eight puffs a day; more than that means: see a doctor today.',
            },
          ),
        ],
        advice:
          'Write the peak flow down each morning. Keep the windows closed while the neighbours burn leaves.',
      },
      review: {
        rating: 5,
        comment: 'She listened to the whole story before she said a word. The cough is gone.',
      },
    },
  },
  {
    patient: 'lucas.bernard',
    doctor: 'dr.moreau',
    day: -33,
    time: '09:40',
    reason: 'Acné qui laisse des marques',
    outcome: {
      record: {
        chiefComplaint: 'Acne with scars',
        subjective: 'For three years, worse since exams. Benzoyl peroxide alone did not help.',
        objective: 'Inflammatory papules on both cheeks and the forehead, some scars. Good photographs.',
        assessment: 'Moderate inflammatory acne.',
        plan: 'Topical retinoid with benzoyl peroxide for twelve weeks.',
        diagnoses: [{ code: 'L70.0', system: 'icd-10', description: 'Acne vulgaris' }],
        vitals: null,
      },
      prescription: {
        items: [
          medicine(
            'Adapalene and benzoyl peroxide',
            '0.1% / 2.5%',
            'gel',
            'a thin layer',
            'on the skin',
            'once a day, in the evening',
            '12 weeks',
            {
              quantity: '2 tubes of 30 g',
            },
          ),
        ],
        advice: 'Sunscreen every morning. It gets worse before it gets better: three weeks of patience.',
      },
      review: {
        rating: 4,
        comment: 'Très claire et rapide. La connexion a coupé une fois, sans perdre le fil.',
      },
    },
  },
  {
    patient: 'grace.kim',
    doctor: 'dr.chen',
    day: -27,
    time: '11:00',
    reason: 'I have not slept well since the spring',
    outcome: {
      record: {
        chiefComplaint: 'Insomnia',
        subjective: 'Wakes at three, lies awake for two hours. Coffee until five in the afternoon.',
        objective: 'Alert, tired. PHQ-9: 6. No thoughts of self-harm.',
        assessment: 'Insomnia, no depressive episode.',
        plan: 'Sleep restriction and a diary; no medication for now. Again in four weeks.',
        diagnoses: [
          { code: 'G47.0', system: 'icd-10', description: 'Disorders of initiating and maintaining sleep' },
        ],
        vitals: { systolic: 121, diastolic: 79, heartRate: 68 },
      },
      review: { rating: 5, comment: 'No pills, a plan, and an explanation of why. I sleep until six now.' },
    },
  },
  {
    patient: 'kenji.mori',
    doctor: 'dr.tanaka',
    day: -20,
    time: '10:00',
    reason: 'Blood pressure above 145 for a month',
    outcome: {
      record: {
        chiefComplaint: 'High readings at home',
        subjective: 'Morning readings of 145 to 152. Takes amlodipine each day. No chest pain.',
        objective: 'Diary of 28 days, mean 148/90.',
        assessment: 'Hypertension, not at target on one medicine.',
        plan: 'Add telmisartan, potassium and creatinine in two weeks.',
        diagnoses: [{ code: 'I10', system: 'icd-10', description: 'Essential (primary) hypertension' }],
        vitals: { systolic: 147, diastolic: 90, heartRate: 76, weight: 71 },
      },
      prescription: {
        items: [
          medicine(
            'Telmisartan',
            '40 mg',
            'tablet',
            '1 tablet',
            'by mouth',
            'once a day, in the morning',
            '30 days',
            {
              quantity: '30 tablets',
              refills: 2,
            },
          ),
          medicine(
            'Amlodipine',
            '5 mg',
            'tablet',
            '1 tablet',
            'by mouth',
            'once a day, in the evening',
            '30 days',
            {
              quantity: '30 tablets',
              refills: 2,
            },
          ),
        ],
        advice: 'Less salt, and the diary goes on. Dizzy on standing up: call.',
      },
      review: {
        rating: 3,
        comment: 'Thorough, but it began ten minutes late and I had to ask for the diary to be read.',
      },
    },
  },
  {
    patient: 'tom.hughes',
    doctor: 'dr.okafor',
    day: -12,
    time: '09:10',
    reason: 'Fever and a sore ear since yesterday',
    outcome: {
      record: {
        chiefComplaint: 'Fever, earache',
        subjective: '38.5 last night, holds the left ear, drinks well, plays in between.',
        objective: 'Playful. No rash, neck moves freely. The ear cannot be seen over video.',
        assessment: 'Probably acute otitis media, mild.',
        plan: 'Pain relief, see someone in person if it is not better in two days.',
        diagnoses: [{ code: 'H66.9', system: 'icd-10', description: 'Otitis media, unspecified' }],
        vitals: { temperature: 38.2, weight: 23.4 },
      },
      prescription: {
        items: [
          medicine(
            'Paracetamol',
            '250 mg / 5 ml',
            'oral suspension',
            '7 ml',
            'by mouth',
            'every 6 hours when needed',
            '3 days',
            {
              quantity: '100 ml',
              instructions: 'At most four doses in 24 hours.',
            },
          ),
        ],
        advice: 'Plenty to drink. Go to a walk-in centre at once for a stiff neck, a rash or drowsiness.',
      },
      review: { rating: 5, comment: 'He made my son laugh and told me exactly when to worry. – Ella' },
    },
  },
  {
    patient: 'noura.salem',
    doctor: 'dr.haddad',
    day: -8,
    time: '11:00',
    reason: 'Sugar in the morning is too high',
    outcome: {
      record: {
        chiefComplaint: 'High fasting glucose',
        subjective: 'Fasting 150 to 180 for weeks. Forgets the evening dose.',
        objective: 'Home readings of 14 days.',
        assessment: 'Type 2 diabetes, above target.',
        plan: 'One tablet in the morning instead of two doses. HbA1c next month.',
        diagnoses: [
          { code: 'E11.9', system: 'icd-10', description: 'Type 2 diabetes mellitus without complications' },
        ],
        vitals: { bloodGlucose: 168, weight: 81.2, height: 160 },
      },
      prescription: {
        items: [
          medicine(
            'Metformin, prolonged release',
            '1000 mg',
            'tablet',
            '1 tablet',
            'by mouth',
            'once a day, with breakfast',
            '30 days',
            {
              quantity: '30 tablets',
              refills: 5,
            },
          ),
        ],
        advice: null,
      },
      review: { rating: 2, comment: 'The advice is fine, but twelve minutes felt short for the price.' },
    },
  },
  {
    patient: 'patient',
    doctor: 'dr.moreau',
    day: -5,
    time: '10:00',
    reason: 'A mole that has changed',
    outcome: {
      record: {
        chiefComplaint: 'Changed mole on the forearm',
        subjective: 'Darker since the summer, does not itch or bleed.',
        objective: 'Symmetric, 4 mm, even border, two shades of brown on the photographs.',
        assessment: 'Benign naevus, low suspicion.',
        plan: 'Photograph again in three months; in person with the dermatoscope if it grows.',
        diagnoses: [
          {
            code: 'D22.6',
            system: 'icd-10',
            description: 'Melanocytic naevi of upper limb, including shoulder',
          },
        ],
        vitals: null,
      },
    },
  },
  {
    patient: 'grace.kim',
    doctor: 'dr.tanaka',
    day: -15,
    time: '14:00',
    reason: 'Palpitations on stairs',
    outcome: 'cancelled',
  },
  {
    patient: 'patient',
    doctor: 'dr.rao',
    day: 4,
    time: '11:00',
    reason: 'Asthma review',
    outcome: 'coming',
  },
  {
    patient: 'lucas.bernard',
    doctor: 'dr.moreau',
    day: 2,
    time: '15:00',
    reason: 'Contrôle après douze semaines',
    outcome: 'coming',
  },
  {
    patient: 'grace.kim',
    doctor: 'dr.chen',
    day: 3,
    time: '11:00',
    reason: 'How the sleep diary went',
    outcome: 'coming',
  },
  {
    patient: 'tom.hughes',
    doctor: 'dr.okafor',
    day: 5,
    time: '09:00',
    reason: 'Allergy plan for school',
    outcome: 'held',
  },
];

function medicine(
  genericName: string,
  strength: string,
  form: string,
  dose: string,
  route: string,
  frequency: string,
  duration: string,
  rest: Pick<PrescriptionItem, 'quantity'> & Partial<PrescriptionItem>,
): PrescriptionItem {
  return {
    genericName,
    strength,
    form,
    dose,
    route,
    frequency,
    duration,
    refills: 0,
    substitutionAllowed: true,
    instructions: null,
    ...rest,
  };
}
