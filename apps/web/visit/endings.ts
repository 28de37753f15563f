/** What the page says when a visit is over for this person, by the reason that the server gave. */
interface Ending {
  readonly title: string;
  readonly text: string;
  /** Whether joining again may work. */
  readonly mayReturn: boolean;
}

const DETAILS = 'You will find the details in your appointments.';
const OVER: Ending = {
  title: 'The visit has ended',
  text: 'Thank you. You can close this page.',
  mayReturn: false,
};

export const ENDINGS: Readonly<Record<string, Ending>> & { readonly refused: Ending } = {
  left: {
    title: 'You left the visit',
    text: 'You can come back as long as the visit lasts.',
    mayReturn: true,
  },
  room_ended: OVER,
  completed: OVER,
  cancelled: { title: 'The visit was cancelled', text: DETAILS, mayReturn: false },
  no_show: { title: 'The visit did not take place', text: DETAILS, mayReturn: false },
  too_early: {
    title: 'You are early',
    text: 'The room opens shortly before the visit begins. Come back then.',
    mayReturn: true,
  },
  too_late: { title: 'The time of this visit is over', text: DETAILS, mayReturn: false },
  access_revoked: {
    title: 'You were removed from this visit',
    text: 'If this is a mistake, contact your practice.',
    mayReturn: false,
  },
  taken_over: {
    title: 'The visit continues elsewhere',
    text: 'You joined from another window or device.',
    mayReturn: true,
  },
  room_not_found: {
    title: 'There is no such visit',
    text: 'Check the link that you were given.',
    mayReturn: false,
  },
  refused: { title: 'You cannot join this visit', text: 'Please check your appointments.', mayReturn: true },
};
