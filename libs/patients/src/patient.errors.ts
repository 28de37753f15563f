import { conflict, invalid } from '#kernel';

export const bornInFuture = () => invalid('born_in_future', 'The date of birth lies in the future.');
export const patientArchived = () =>
  conflict('patient_archived', 'This chart is archived. Take it out of the archive first.');
