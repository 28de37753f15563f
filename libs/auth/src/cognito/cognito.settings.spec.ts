import { describe, it } from 'node:test';
import { expect } from 'expect';
import type { Environment } from '#platform';
import { cognitoSettings } from './cognito.settings.ts';

const settings = (env: Partial<Environment>) => cognitoSettings(env as Environment);

describe('the settings of the user pool', () => {
  it('are none without a client', () => {
    expect(settings({})).toBeNull();
    expect(settings({ COGNITO_REGION: 'eu-west-1' })).toBeNull();
  });

  it('follow from region, pool and domain at AWS', () => {
    expect(
      settings({
        COGNITO_REGION: 'eu-west-1',
        COGNITO_USER_POOL_ID: 'eu-west-1_AbC123',
        COGNITO_CLIENT_ID: 'web',
        COGNITO_DOMAIN: 'https://televisit.auth.eu-west-1.amazoncognito.com/',
      }),
    ).toEqual({
      issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123',
      jwksUrl: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123/.well-known/jwks.json',
      clientId: 'web',
      clientSecret: undefined,
      authorizationUrl: 'https://televisit.auth.eu-west-1.amazoncognito.com/oauth2/authorize',
      tokenUrl: 'https://televisit.auth.eu-west-1.amazoncognito.com/oauth2/token',
    });
  });

  it('can name another provider', () => {
    expect(
      settings({
        COGNITO_CLIENT_ID: 'web',
        COGNITO_ISSUER: 'https://login.example.org/realm',
        COGNITO_JWKS_URL: 'http://127.0.0.1:9229/keys',
        COGNITO_TOKEN_URL: 'http://localhost:9229/token',
      }),
    ).toMatchObject({
      issuer: 'https://login.example.org/realm',
      jwksUrl: 'http://127.0.0.1:9229/keys',
      authorizationUrl: null,
      tokenUrl: 'http://localhost:9229/token',
    });
  });

  it('are refused without a pool', () => {
    expect(() => settings({ COGNITO_CLIENT_ID: 'web', COGNITO_REGION: 'eu-west-1' })).toThrow(
      'COGNITO_USER_POOL_ID',
    );
  });

  for (const [variable, value] of [
    ['COGNITO_ISSUER', 'http://login.example.org'],
    ['COGNITO_JWKS_URL', 'http://10.0.0.7/keys'],
    ['COGNITO_JWKS_URL', 'http://127.0.0.1.example.org/keys'],
    ['COGNITO_TOKEN_URL', 'http://login.example.org/token'],
    ['COGNITO_DOMAIN', 'ftp://localhost'],
  ] as const) {
    it(`are refused with ${variable} at ${value}`, () => {
      const good = { COGNITO_CLIENT_ID: 'web', COGNITO_ISSUER: 'https://login.example.org' };
      expect(() => settings({ ...good, [variable]: value })).toThrow('must be https');
    });
  }
});
