import { after, before, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import pg from 'pg';
import { AuditService } from '#audit';
import { type Actor, newId } from '#kernel';
import { PatientsService } from '#patients';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { runCli } from '../../support/cli.ts';
import { type Person, register, registerAdmin } from '../../support/people.ts';

const today = () => new Date().toISOString().slice(0, 10);

const PLATFORM = '00000000-0000-0000-0000-000000000000';

describe('the audit log', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: Person;
  let actor: Actor;
  const patientId = newId();
  const organizationId = newId();

  before(async () => {
    app = await startTestApp();
    admin = await registerAdmin(app);
    doctor = await register(app, 'doctor');
    actor = { userId: doctor.userId, roles: ['doctor'], requestId: 'request-1', address: '192.0.2.7' };
  });
  after(() => app.close());

  /** Five rows of one practice and two of the platform, as the server writes them. */
  beforeEach(async () => {
    await app.sql('truncate audit_log, hash_chains');
    const audit = app.nest.get(AuditService);
    for (const action of ['encounter.created', 'encounter.read', 'encounter.read', 'vitals.recorded']) {
      await audit.record(actor, {
        action,
        resource: action.startsWith('vitals') ? 'vitals' : 'encounter',
        resourceId: 'e-1',
        patientId,
        organizationId,
      });
    }
    await audit.record(actor, {
      action: 'encounter.read',
      resource: 'encounter',
      resourceId: 'e-2',
      patientId,
      organizationId,
      outcome: 'denied',
      reason: 'no_care_relationship',
    });
    const system: Actor = { userId: null, roles: [], requestId: 'job-1' };
    await audit.record(system, { action: 'payout.made', resource: 'payout', resourceId: 'p-1' });
    await audit.record(system, { action: 'payout.made', resource: 'payout', resourceId: 'p-2' });
  });

  const logs = async (query = '') => (await admin.client.get(`/api/audit/logs/${query}`)).body;
  const actions = async (query = '') =>
    (await logs(query)).data.items.map((item: { action: string }) => item.action);

  describe('for administrators', () => {
    it('tells who did what to whose record, newest first', async () => {
      const { data, ...envelope } = await logs('?page_size=3');
      expect(envelope).toEqual({ message: 'OK', status: 'success' });
      expect(data).toMatchObject({ total: 7, page: 1, page_size: 3 });
      expect(data.items[2]).toEqual({
        id: expect.any(String),
        at: expect.any(String),
        actor_id: doctor.userId,
        actor_name: expect.stringMatching(/^Dora Person/),
        actor_roles: ['doctor'],
        action: 'encounter.read',
        resource: 'encounter',
        resource_id: 'e-2',
        patient_id: patientId,
        patient_name: null,
        organization_id: organizationId,
        outcome: 'denied',
        reason: 'no_care_relationship',
        address: '192.0.2.7',
        request_id: 'request-1',
        sequence: 5,
      });
      expect(data.items[0]).toMatchObject({
        actor_id: null,
        actor_name: null,
        actor_roles: [],
        action: 'payout.made',
        patient_id: null,
        organization_id: null,
        address: null,
        sequence: 2,
      });
    });

    it('is filtered, searched, ordered and counted', async () => {
      expect(await actions(`?actor_id=${doctor.userId}&ordering=at`)).toEqual([
        'encounter.created',
        'encounter.read',
        'encounter.read',
        'vitals.recorded',
        'encounter.read',
      ]);
      expect(await actions(`?patient_id=${patientId}&resource=vitals`)).toEqual(['vitals.recorded']);
      expect(await actions(`?patient_id=${newId()}`)).toEqual([]);
      expect(await actions('?action=encounter.created')).toEqual(['encounter.created']);
      expect(await actions('?outcome=denied')).toEqual(['encounter.read']);
      expect(await actions('?search=PAYOUT')).toHaveLength(2);
      expect(await actions('?search=p-2')).toHaveLength(1);
      const { at } = (await logs('?action=vitals.recorded')).data.items[0];
      expect(await actions(`?from=${at}`)).toHaveLength(4);
      expect(await actions(`?to=${at}&from=2000-01-01T00:00:00Z`)).toHaveLength(3);
      expect(await actions('?to=2000-01-01T00:00:00Z')).toEqual([]);
      expect(await actions('?created_after=2100-01-01T00:00:00Z&from=2000-01-01T00:00:00Z')).toEqual([]);
      expect((await admin.client.get('/api/audit/logs/?ordering=actor')).status).toBe(400);

      const stats = await admin.client.get(`/api/audit/stats/?patient_id=${patientId}`);
      expect(stats.body).toEqual({
        status: 'success',
        message: 'OK',
        data: {
          from: expect.any(String),
          to: expect.any(String),
          total: 5,
          denied: 1,
          actors: 1,
          by_action: [
            { action: 'encounter.read', count: 3, denied: 1 },
            { action: 'encounter.created', count: 1, denied: 0 },
            { action: 'vitals.recorded', count: 1, denied: 0 },
          ],
          by_day: [{ day: today(), count: 5, denied: 1 }],
          top_actors: [
            { actor_id: doctor.userId, name: expect.stringMatching(/^Dora Person/), count: 5, denied: 1 },
          ],
        },
      });
      expect((await admin.client.get('/api/audit/stats/?outcome=denied')).body.data.total).toBe(1);
      expect(await actions('?resource=payout&resource_id=p-2')).toEqual(['payout.made']);
    });

    it('counts by day and by person within a period, of itself the last thirty days', async () => {
      const stats = async (query = '') => (await admin.client.get(`/api/audit/stats/${query}`)).body.data;
      await app.sql(`update audit_log set at = at - interval '1 day' where resource = 'payout'`);
      await app.sql(`update audit_log set at = at - interval '40 days' where action = 'vitals.recorded'`);
      const recent = await stats();
      expect(recent.total).toBe(6);
      expect(recent.by_day.map(({ count }: { count: number }) => count)).toEqual([2, 4]);
      expect(recent.top_actors).toEqual([
        { actor_id: doctor.userId, name: expect.any(String), count: 4, denied: 1 },
        { actor_id: null, name: null, count: 2, denied: 0 },
      ]);
      expect((await stats('?from=2020-01-01T00:00:00Z')).total).toBe(7);
      expect((await stats(`?from=${today()}T00:00:00Z`)).total).toBe(4);
    });

    it('finds people by name and address, whoever they were in it', async () => {
      const somebody = await register(app, 'patient', { first_name: 'Zoë', last_name: 'Quidam' });
      const chart = await app.nest
        .get(PatientsService, { strict: false })
        .personalChart({ userId: somebody.userId, roles: ['patient'], requestId: 'r' });
      await app.nest
        .get(AuditService)
        .record(actor, { action: 'chart.read', resource: 'chart', patientId: chart.id });
      const { items } = (await logs('?person=zoe%20q')).data;
      expect(items).toMatchObject([{ action: 'chart.read', patient_name: 'Zoë Quidam' }]);
      expect(await actions(`?person=${encodeURIComponent(doctor.email)}`)).toHaveLength(6);
      expect(await actions('?person=100%25')).toEqual([]);
      const { total } = (await admin.client.get('/api/audit/stats/?person=quidam')).body.data;
      expect(total).toBe(1);
    });

    it('is closed to everybody else', async () => {
      const patient = await register(app);
      for (const path of ['/api/audit/logs/', '/api/audit/stats/']) {
        for (const person of [doctor, patient]) {
          const answer = await person.client.get(path);
          expect(answer.status).toBe(403);
          expect(answer.body.details).toEqual({ code: 'role_required', roles: ['admin'] });
        }
        expect((await app.client().get(path)).status).toBe(401);
      }
    });
  });

  describe('against tampering', () => {
    const verify = () => app.nest.get(AuditService).verify();

    it('finds nothing where nothing was touched', async () => {
      expect(await verify()).toEqual([]);
    });

    it('finds every row that was changed, whatever was changed', async () => {
      const changes = [
        `outcome = 'denied'`,
        `actor_user_id = '${newId()}'`,
        `actor_roles = '{admin}'`,
        `at = at + interval '1 microsecond'`,
        `reason = null`,
      ];
      for (const [index, change] of changes.entries()) {
        await app.sql(`update audit_log set ${change} where chain = $1 and sequence = $2`, [
          organizationId,
          index + 1,
        ]);
      }
      expect(await verify()).toEqual(
        changes.map((_, index) => ({ chain: organizationId, sequence: index + 1, problem: 'row_changed' })),
      );
    });

    it('finds a changed row whose hash was computed anew', async () => {
      await app.sql(`update audit_log set address = null where chain = $1 and sequence = 2`, [
        organizationId,
      ]);
      await app.sql(
        `update audit_log l set hash = chained_hash(previous_hash, audit_row_content(l)) where chain = $1 and sequence = 2`,
        [organizationId],
      );
      expect(await verify()).toEqual([{ chain: organizationId, sequence: 3, problem: 'row_changed' }]);
    });

    it('finds a row that was deleted', async () => {
      await app.sql('delete from audit_log where chain = $1 and sequence = 3', [organizationId]);
      expect(await verify()).toEqual([{ chain: organizationId, sequence: 4, problem: 'row_missing' }]);
    });

    it('finds a tail that was cut off, and a chain that is gone', async () => {
      await app.sql('delete from audit_log where chain = $1 and sequence >= 4', [organizationId]);
      await app.sql('delete from audit_log where chain = $1', [PLATFORM]);
      expect(await verify()).toEqual([
        { chain: PLATFORM, sequence: 2, problem: 'tail_missing' },
        { chain: organizationId, sequence: 5, problem: 'tail_missing' },
      ]);
    });

    it('gives the server’s own role no way to change, remove or forge a row', async () => {
      const server = new pg.Client(app.databaseUrls.app);
      await server.connect();
      try {
        for (const statement of [
          `update audit_log set reason = null`,
          `delete from audit_log`,
          `truncate audit_log`,
          `update hash_chains set length = 0`,
          `delete from hash_chains`,
          `insert into hash_chains values ('audit', '${newId()}', 0, '')`,
          `alter table audit_log disable trigger all`,
        ]) {
          await expect(server.query(statement)).rejects.toThrow(/permission denied|must be owner/);
        }
        // It can add a row, but the place in the chain is not its choice.
        await server.query(
          `insert into audit_log (id, chain, sequence, at, actor_roles, action, resource, outcome, request_id, previous_hash, hash)
           values ($1, $2, 1, now(), '{}', 'forged', 'x', 'allowed', 'r', '\\x00', '\\x00')`,
          [newId(), organizationId],
        );
      } finally {
        await server.end();
      }
      expect((await logs('?action=forged')).data.items[0]).toMatchObject({ sequence: 6 });
      expect(await verify()).toEqual([]);
    });

    it('keeps the chain whole when many write at once', async () => {
      const audit = app.nest.get(AuditService);
      await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          audit.record(actor, {
            action: 'chart.read',
            resource: 'chart',
            resourceId: String(index),
            organizationId,
          }),
        ),
      );
      expect((await logs('?action=chart.read')).data.total).toBe(40);
      expect(await verify()).toEqual([]);
    });

    it('is checked from the command line', async () => {
      const cli = (...words: string[]) => runCli(app, words);
      expect(await cli('audit', 'verify')).toEqual({ code: 0, output: 'The audit log is whole.\n' });
      await app.sql('delete from audit_log where chain = $1 and sequence = 5', [organizationId]);
      expect(await cli('audit', 'verify')).toEqual({
        code: 1,
        output: `tail_missing chain ${organizationId} at 5\n`,
      });
      expect((await cli('audit', 'polish')).code).toBe(2);
    });
  });
});
