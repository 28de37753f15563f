export { type RazorpaySandbox, startRazorpaySandbox } from './server.ts';
