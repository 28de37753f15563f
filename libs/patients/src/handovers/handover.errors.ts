import { conflict, invalid, rateLimited } from '#kernel';

export const notOfAge = (ofAgeOn: string) =>
  conflict('not_of_age', 'A chart is handed over to somebody who is of age.', { of_age_on: ofAgeOn });
export const handoverOpen = () =>
  conflict('handover_open', 'This chart is offered already. Withdraw the offer first.');
export const handoverToOneself = () =>
  invalid('handover_to_oneself', 'This is your own address. The chart gets an account of its own.');
export const tooManyInvitations = (limit: number) =>
  rateLimited('too_many_invitations', 'Wait until tomorrow before you invite again.', { limit });
export const ownChartInUse = () =>
  conflict('own_chart_in_use', 'Your account has a chart with records of its own. Use another account.');
