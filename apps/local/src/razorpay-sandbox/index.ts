export { type RazorpaySandbox, type RazorpaySandboxOptions, startRazorpaySandbox } from './server.ts';
