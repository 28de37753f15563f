import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LANGUAGES } from '#platform';

export type ReaderLanguage = (typeof LANGUAGES)[number];

/**
 * The language of who reads without an account: that of `lang` in the address, else the first of the browser's
 * that we have, else English.
 */
export const ReaderLanguage = createParamDecorator(
  (_: unknown, context: ExecutionContext): ReaderLanguage => {
    const { query, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const { lang } = query as { lang?: unknown };
    return languageOf(typeof lang === 'string' ? lang : '', headers['accept-language'] ?? '');
  },
);

export function languageOf(asked: string, accepted: string): ReaderLanguage {
  const wanted = accepted
    .slice(0, 500)
    .split(',')
    .map((one) => one.split(';'))
    .map(([tag = '', weight = 'q=1']) => ({ tag: tag.trim(), weight: Number(weight.trim().slice(2)) || 0 }))
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
  const known = [asked, ...wanted].flatMap((tag) => {
    const base = tag.toLowerCase().split('-')[0];
    return LANGUAGES.find((language) => language === base) ?? [];
  });
  return known[0] ?? LANGUAGES[0];
}
