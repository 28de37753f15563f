/** Why the demo cannot go on, in words for the person at the terminal; printed without a stack. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure';
}
