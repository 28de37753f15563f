export * from './notification.entity.ts';
export * from './notifications.module.ts';
export * from './notifications.service.ts';
export { type Reminder, type ReminderStatus, reminderStates } from './reminder.states.ts';
export * from './reminders.service.ts';
export * from './visit-calendar.service.ts';
