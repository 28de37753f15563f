export { type StripeSandbox, type StripeSandboxOptions, startStripeSandbox } from './server.ts';
