import { newId } from '#kernel';
import { PASSWORD } from '../../../support/people.ts';
import { CALLERS, type Rows } from '../row.ts';
import { made, PASSPORT } from '../world.ts';

const SECOND_FACTOR = { password: PASSWORD, code: '123456' };

export const ACCOUNT: Rows = {
  'GET /health': { codes: '200 200 200 200 200 200' },
  'GET /health/ready': { codes: '200 200 200 200 200 200' },
  'POST /api/auth/register/': {
    codes: '201 201 201 201 201 201',
    body: () => ({
      email: `${newId()}@example.test`,
      password: PASSWORD,
      first_name: 'Paul',
      last_name: 'Person',
    }),
  },
  'POST /api/auth/login/': {
    codes: '200 200 200 200 200 200',
    body: ({ people }) => ({ email: people.patient.email, password: PASSWORD }),
  },
  'POST /api/auth/login/second-factor/': {
    codes: '401 401 401 401 401 401',
    body: () => ({ challenge_token: 'x'.repeat(43), code: '123456' }),
  },
  'POST /api/auth/refresh/': {
    codes: '200 200 200 200 200 200',
    body: async ({ app, people }) => {
      const body = { email: people.patient.email, password: PASSWORD };
      const { refresh_token } = made(await app.client().post('/api/auth/login/', body));
      return { refresh_token };
    },
  },
  'GET /api/auth/cognito/authorize/': { codes: '404 404 404 404 404 404' },
  'POST /api/auth/cognito/callback/': {
    codes: '404 404 404 404 404 404',
    body: () => ({ code: 'x', code_verifier: 'x'.repeat(43), redirect_uri: 'https://app.example.test/done' }),
  },
  'POST /api/auth/password/forgot/': {
    codes: '202 202 202 202 202 202',
    body: () => ({ email: 'nobody@example.test' }),
  },
  'POST /api/auth/password/reset/': {
    codes: '410 410 410 410 410 410',
    body: () => ({ token: 'x'.repeat(43), password: PASSWORD }),
  },
  'POST /api/auth/password/change/': {
    codes: '401 200 200 200 200 200',
    newcomers: true,
    body: () => ({ current_password: PASSWORD, password: 'another horse battery' }),
  },
  'POST /api/auth/logout/': { codes: '401 200 200 200 200 200', newcomers: true },
  'GET /api/auth/me/': { codes: '401 200 200 200 200 200' },
  'GET /api/auth/profile/': { codes: '401 200 200 200 200 200' },
  'PUT /api/auth/profile/': { codes: '401 200 200 200 200 200', body: () => ({ language: 'fr' }) },
  'PATCH /api/auth/profile/': { codes: '401 200 200 200 200 200', body: () => ({ language: 'en' }) },
  'DELETE /api/auth/profile/': {
    codes: '401 200 200 200 200 200',
    newcomers: true,
    body: () => ({ password: PASSWORD }),
  },
  'POST /api/auth/export/': { codes: '401 202 202 202 202 202' },
  'GET /api/auth/export/': { codes: '401 200 200 200 200 200' },
  'GET /api/auth/second-factor/': { codes: '401 200 200 200 200 200' },
  'POST /api/auth/second-factor/': { codes: '401 200 200 200 200 200', newcomers: true },
  'POST /api/auth/second-factor/confirm/': {
    codes: '401 409 409 409 409 409',
    newcomers: true,
    body: () => ({ code: '123456' }),
  },
  'DELETE /api/auth/second-factor/': {
    codes: '401 409 409 409 409 409',
    newcomers: true,
    body: () => SECOND_FACTOR,
  },
  'POST /api/auth/second-factor/recovery-codes/': {
    codes: '401 409 409 409 409 409',
    newcomers: true,
    body: () => SECOND_FACTOR,
  },
  'GET /api/auth/sessions/': {
    codes: '401 200 200 200+ 200 200',
    at: (world) => world.session(),
    shows: (_, { id = '' }) => id,
  },
  'DELETE /api/auth/sessions/{id}/': { codes: '401 404 404 200 404 404', at: (world) => world.session() },
  'GET /api/auth/identities/': {
    codes: '401 200 200 200+ 200 200',
    at: (world) => world.identity(),
    shows: (_, { id = '' }) => id,
  },
  'DELETE /api/auth/identities/{id}/': { codes: '401 404 404 200 404 404', at: (world) => world.identity() },
  'POST /api/auth/identities/{id}/link/': {
    codes: '401 404 404 200 404 404',
    at: (world) => world.identity(),
  },
  'POST /api/auth/sessions/revoke-others/': { codes: '401 200 200 200 200 200', newcomers: true },
  'POST /api/auth/verify/email/': { codes: '401 200 200 200 200 200', newcomers: true, body: () => ({}) },
  'POST /api/auth/verify/phone/': {
    codes: '401 200 200 200 200 200',
    newcomers: true,
    body: (_, caller) => ({ phone: `+3361234567${CALLERS.indexOf(caller)}` }),
  },
  'GET /api/auth/verify/identity/': { codes: '401 200 200 200 200 200' },
  'POST /api/auth/verify/identity/': {
    codes: '401 201 201 201 201 201',
    newcomers: true,
    body: () => PASSPORT,
  },
  'GET /api/auth/verify/identity/requests/': {
    codes: '401 403 403 403 403 200+',
    shows: ({ records }) => records.identity,
  },
  'GET /api/auth/verify/identity/requests/{id}/': {
    codes: '401 403 403 403 403 200',
    at: ({ records }) => ({ id: records.identity }),
  },
  'POST /api/auth/verify/identity/requests/{id}/decide/': {
    codes: '401 403 403 403 403 200',
    at: ({ records }) => ({ id: records.identity }),
    body: () => ({ status: 'approved' }),
  },
  'GET /api/auth/list/': { codes: '401 403 403 403 403 200+', shows: ({ people }) => people.patient.userId },
  'GET /api/auth/users/{id}/': {
    codes: '401 403 403 403 403 200',
    at: ({ people }) => ({ id: people.patient.userId }),
  },
  'PATCH /api/auth/users/{id}/': {
    codes: '401 403 403 403 403 200',
    at: (world) => world.account(),
    body: () => ({ status: 'disabled', reason: 'Asked by mail' }),
  },
  'DELETE /api/auth/users/{id}/': {
    codes: '401 403 403 403 403 200',
    at: (world) => world.account(),
    body: () => ({ reason: 'Asked by mail' }),
  },
  'GET /api/audit/logs/': { codes: '401 403 403 403 403 200' },
  'GET /api/audit/stats/': { codes: '401 403 403 403 403 200' },
};
