import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import pg from 'pg';
import { Database } from '#platform';
import { startTestApp, type TestApp } from '../support/app.ts';
import { book, type DoctorPerson, register, registerAdmin, registerDoctor } from '../support/people.ts';

describe('row level security', () => {
  let app: TestApp;
  let mine: DoctorPerson;
  let theirs: DoctorPerson;
  let organizations: { mine: string; theirs: string };

  before(async () => {
    app = await startTestApp();
    const admin = await registerAdmin(app);
    mine = await registerDoctor(app, admin);
    theirs = await registerDoctor(app, admin);
    const patient = await register(app);
    await book(patient, mine.doctorId, 0);
    await book(patient, theirs.doctorId, 4);
    const of = async (id: string) =>
      (await app.sql<{ id: string }>('select organization_id as id from doctors where id = $1', [id]))[0]
        ?.id ?? '';
    organizations = { mine: await of(mine.doctorId), theirs: await of(theirs.doctorId) };
  });
  after(() => app.close());

  it('shows a connection that does not say for whom it works nothing of any practice', async () => {
    const client = new pg.Client(app.databaseUrls.app);
    await client.connect();
    try {
      for (const table of ['appointments', 'staff_members', 'availability_rules', 'patients', 'payments']) {
        const { rows } = await client.query(`select * from ${table}`);
        expect({ table, rows }).toEqual({ table, rows: [] });
      }
    } finally {
      await client.end();
    }
  });

  it('shows a practice its own rows when the statement forgets to ask', async () => {
    const database = app.nest.get(Database);
    const seen = await database.withinOrganization(organizations.mine, () =>
      database.query.selectFrom('appointments').select('practitionerId').execute(),
    );
    expect(seen).toEqual([{ practitionerId: mine.doctorId }]);
  });

  it('lets a practice write no row of another', async () => {
    const database = app.nest.get(Database);
    const write = database.withinOrganization(organizations.mine, () =>
      database.query
        .updateTable('availabilityRules')
        .set({ slotMinutes: 60 })
        .where('practitionerId', '=', theirs.doctorId)
        .executeTakeFirst(),
    );
    expect((await write).numUpdatedRows).toBe(0n);
    await expect(
      database.withinOrganization(organizations.mine, () =>
        database.query
          .updateTable('availabilityRules')
          .set({ organizationId: organizations.theirs })
          .where('practitionerId', '=', mine.doctorId)
          .execute(),
      ),
    ).rejects.toThrow(/row-level security/);
  });

  it('gives the app role no table of its own and no way around the rules', async () => {
    const [role] = await app.sql(
      `select rolsuper, rolbypassrls, (select count(*)::int from pg_class where relowner = r.oid) as owned
       from pg_roles r where rolname = 'televisit_app'`,
    );
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, owned: 0 });
  });
});
