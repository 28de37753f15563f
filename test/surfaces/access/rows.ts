import type { Rows } from './row.ts';
import { ACCOUNT } from './rows/account.ts';
import { APPOINTMENTS } from './rows/appointments.ts';
import { DOCTORS } from './rows/doctors.ts';
import { EMR } from './rows/emr.ts';
import { NOTIFICATIONS } from './rows/notifications.ts';
import { PATIENTS } from './rows/patients.ts';
import { PAYMENTS } from './rows/payments.ts';
import { RTC } from './rows/rtc.ts';

/** In the order in which they are asked: the licence is sent in anew when everything else is done. */
export const ROWS: Rows = {
  ...EMR,
  ...PATIENTS,
  ...APPOINTMENTS,
  ...RTC,
  ...PAYMENTS,
  ...NOTIFICATIONS,
  ...ACCOUNT,
  ...DOCTORS,
};
