import { conflict, forbidden, invalid, rateLimited } from '#kernel';

export const notTheAuthor = () =>
  forbidden('not_the_author', 'Only the doctor of the visit writes its records.');
export const visitNotBegun = (status: string) =>
  conflict('visit_not_begun', 'Records are written in a visit that has begun or is over.', { status });
export const encounterExists = (encounterId: string | undefined) =>
  conflict('encounter_exists', 'This visit has an encounter already. Change that one.', {
    encounter_id: encounterId,
  });
export const encounterEmpty = () =>
  invalid('encounter_empty', 'An encounter without any note cannot be finalized.');
export const amendmentReasonRequired = () =>
  conflict(
    'amendment_reason_required',
    'A signed encounter is changed by an amendment, which needs a reason.',
  );
export const encounterOfOtherVisit = () =>
  invalid('encounter_of_other_visit', 'This encounter belongs to another visit.');
/** Tells which items, and not what they are: errors carry no health data. */
export const allergyConflict = (items: readonly number[]) =>
  conflict(
    'allergy_conflict',
    'The patient is recorded as allergic to a medicine on this prescription. To prescribe it all the same, say why in allergy_override_reason.',
    { items },
  );
export const duplicateMedicine = (items: readonly number[]) =>
  conflict(
    'duplicate_medicine',
    'Another prescription of the patient has a medicine of this one already. To prescribe it all the same, say why in duplicate_override_reason.',
    { items },
  );
export const licenceNotValid = () =>
  forbidden('licence_not_valid', 'This takes an approved, unexpired licence.');
export const prescriptionIssued = () =>
  conflict(
    'prescription_is_issued',
    'An issued prescription does not change. Cancel it and write a new one.',
  );
export const cancellationReasonRequired = () =>
  invalid('cancellation_reason_required', 'Cancelling a prescription needs a reason.');
export const notTheRecorder = () =>
  forbidden('not_the_recorder', 'Only whoever recorded these vital signs changes them.');
export const vitalsOfEncounter = (encounterId: string) =>
  conflict('vitals_of_encounter', 'These vital signs belong to an encounter. Change them there.', {
    encounter_id: encounterId,
  });
export const recordedInFuture = () =>
  invalid('recorded_in_future', 'Vital signs cannot have been recorded in the future.');
export const notTheUploader = () =>
  forbidden('not_the_uploader', 'Only whoever added this document changes it or removes it.');
export const documentIsMade = () =>
  conflict('document_is_made', 'This document was made of a prescription, and changes with it only.');
export const vitalsEmpty = () => invalid('vitals_empty', 'Send at least one vital sign.');
export const bloodPressureIncomplete = () =>
  invalid('blood_pressure_incomplete', 'A blood pressure has both a systolic and a diastolic value.');
export const bloodPressureReversed = () =>
  invalid('blood_pressure_reversed', 'The diastolic pressure must be below the systolic one.');
export const emergencyReadsOnly = () =>
  forbidden('emergency_reads_only', 'Emergency access opens a chart for reading only.');
export const alreadyTreating = () =>
  conflict('already_treating', 'This chart is open to you: no emergency access is needed.');
export const breakGlassOpen = (grantId: string, expiresAt: Temporal.Instant) =>
  conflict('break_glass_open', 'You have opened this chart already.', {
    id: grantId,
    expires_at: expiresAt.toString(),
  });
export const tooManyEmergencies = (retryAt: Temporal.Instant) =>
  rateLimited('too_many_attempts', 'Too many patients were not found. Try again later.', {
    retry_at: retryAt.toString(),
  });
export const ownEmergency = () =>
  forbidden('own_break_glass', 'Somebody else reviews an access of one’s own.');
export const periodReversed = () => invalid('period_reversed', 'The period must begin before it ends.');
export const tooManyReadings = (most: number) =>
  invalid('too_many_readings', 'Too much was recorded in this period. Choose a shorter one.', { most });
export const historyChanged = (version: number) =>
  conflict('version_changed', 'The history was changed in the meantime. Read it again.', { version });
