export * from './actor.ts';
export * from './clock.ts';
export * from './domain-error.ts';
export * from './id.ts';
export * from './money.ts';
export * from './page.ts';
export * from './period.ts';
export * from './states.ts';
