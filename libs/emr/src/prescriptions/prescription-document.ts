/** Everything that stands on a printed prescription, and nothing else. Texts are plain; any length is laid out. */
export interface PrescriptionDocument {
  /** The number people quote, such as `RX-2026-000123`. */
  readonly number: string;
  readonly standing: PrescriptionStanding;
  readonly practice: {
    readonly name: string;
    /** The postal address, a line each. */
    readonly address: readonly string[];
    readonly phone: string | null;
    readonly email: string | null;
    /** ISO 3166-1 alpha-2. It also chooses the paper: Letter in the United States and Canada, A4 elsewhere. */
    readonly country: string;
  };
  readonly doctor: {
    readonly name: string;
    /** As printed after the name, such as `MBBS, MD (General Medicine)`. */
    readonly qualifications: string | null;
    readonly licenceNumber: string;
    /** Where the licence is held, ISO 3166-1 alpha-2. */
    readonly licenceCountry: string;
  };
  readonly patient: {
    readonly name: string;
    readonly dateOfBirth: Temporal.PlainDate | null;
    readonly sex: string | null;
    /** With its unit, such as `72 kg`. */
    readonly weight: string | null;
    /** Empty when the patient is known to have none, `null` when nobody recorded them: the page tells the two apart. */
    readonly allergies: readonly string[] | null;
  };
  readonly diagnoses: readonly { readonly code: string; readonly label: string }[];
  readonly items: readonly PrescriptionItem[];
  /** What the patient should do besides taking the medicines; may have several lines. */
  readonly advice: string | null;
  /** When the doctor signed, in the zone of the practice. Its date is the date of issue. */
  readonly signedAt: Temporal.ZonedDateTime;
  readonly verification: {
    /** The public page that tells whether this prescription is genuine and still stands; the QR code leads there. */
    readonly url: string;
    /** The short code a person types on that page instead. */
    readonly code: string;
  };
}

/** Whether a pharmacist may dispense from this copy. */
export type PrescriptionStanding =
  | { readonly kind: 'valid' }
  | { readonly kind: 'cancelled'; readonly at: Temporal.ZonedDateTime; readonly reason: string | null }
  | {
      readonly kind: 'superseded';
      readonly at: Temporal.ZonedDateTime;
      /** Number of the prescription that replaces this one. */
      readonly by: string;
    };

export interface PrescriptionItem {
  readonly genericName: string;
  /** With its unit, such as `500 mg`. */
  readonly strength: string;
  /** Such as `tablet` or `oral suspension`. */
  readonly form: string;
  readonly dose: string;
  readonly route: string;
  readonly frequency: string;
  readonly duration: string;
  readonly quantity: string;
  readonly refills: number;
  /** Whether the pharmacist may give another product with the same substance. */
  readonly substitutionAllowed: boolean;
  readonly instructions: string | null;
}
