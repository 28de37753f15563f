import type { Config } from '#platform';
import { returnUrlRefused } from './payments.errors.ts';

/**
 * A provider sends people's browsers nowhere but to the server's own address and the origins that may call it.
 * @throws invalid `return_url_not_allowed`
 */
export function assertMayReturnTo({ env: { BASE_URL, ALLOWED_ORIGINS } }: Config, url: string): void {
  const { origin } = new URL(url);
  const isAllowed =
    origin === new URL(BASE_URL).origin || ALLOWED_ORIGINS.some((own) => own === '*' || own === origin);
  if (!isAllowed) throw returnUrlRefused();
}
