import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import {
  book,
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

describe('reviews', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let other: DoctorPerson;
  let patient: Person;
  let slot = 0;

  before(async () => {
    app = await startTestApp();
    admin = await registerAdmin(app);
    [doctor, other] = [await registerDoctor(app, admin), await registerDoctor(app, admin)];
    patient = await register(app, 'patient', { first_name: 'Zoë', last_name: '𝒜nder' });
  });
  after(() => app.close());

  const path = (rest = '', of = doctor) => `/api/doctors/${of.doctorId}/reviews/${rest}`;

  /** A visit that took place. */
  async function visited(by: Person, of = doctor): Promise<string> {
    const { id } = await book(by, of.doctorId, slot++);
    await app.sql(`update appointments set status = 'completed', hold_expires_at = null where id = $1`, [id]);
    return id;
  }

  async function reviewed(by: Person, body: object = { rating: 4, comment: 'Good.' }): Promise<string> {
    await visited(by);
    const answer = await by.client.post(path('create/'), body);
    expect(answer.status).toBe(201);
    return answer.body.data.id;
  }

  const codeOf = ({ status, body }: Awaited<ReturnType<Person['client']['get']>>) => [
    status,
    body.details.code,
  ];

  const rated = async () => {
    const { body } = await app.client().get(`/api/doctors/${doctor.doctorId}/`);
    return [body.data.rating, body.data.rating_count];
  };

  describe('by patients', () => {
    let id: string;

    it('need a visit that took place, and there is one a visit', async () => {
      expect(codeOf(await patient.client.post(path('create/'), { rating: 5 }))).toEqual([
        403,
        'visit_required',
      ]);
      const visit = await visited(patient);
      const stranger = await register(app);
      const foreign = { rating: 1, appointment_id: visit };
      expect(codeOf(await stranger.client.post(path('create/'), foreign))).toEqual([
        404,
        'appointment_not_found',
      ]);
      const elsewhere = await patient.client.post(path('create/', other), {
        rating: 1,
        appointment_id: visit,
      });
      expect(codeOf(elsewhere)).toEqual([404, 'appointment_not_found']);
      const answers = await Promise.all(
        [1, 2, 3].map(() => patient.client.post(path('create/'), { rating: 4, comment: 'Good.' })),
      );
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
      const created = answers.find(({ status }) => status === 201);
      id = created?.body.data.id;
      expect(created?.body.data).toEqual({
        id,
        doctor_id: doctor.doctorId,
        author: 'Zoë 𝒜.',
        is_mine: true,
        rating: 4,
        comment: 'Good.',
        reply: null,
        status: 'published',
        hidden_because: null,
        edited_at: null,
        created_at: expect.any(String),
        updated_at: expect.any(String),
      });
      expect(await rated()).toEqual([4, 1]);
      const listed = await app.client().get(path());
      expect(listed.body.data).toMatchObject({ total: 1, items: [{ id, is_mine: false }] });
    });

    it('are written by patients, with one to five stars and a bounded text', async () => {
      expect((await doctor.client.post(path('create/'), { rating: 5 })).status).toBe(403);
      expect((await app.client().post(path('create/'), { rating: 5 })).status).toBe(401);
      for (const body of [
        { rating: 6 },
        { rating: 0 },
        { rating: 4.5 },
        {},
        { rating: 5, comment: 'x'.repeat(2001) },
      ])
        expect((await patient.client.post(path('create/'), body)).status).toBe(400);
    });

    it('are their author’s to change, for a month', async () => {
      const stranger = await register(app);
      expect(codeOf(await stranger.client.patch(path(`${id}/`), { rating: 1 }))).toEqual([
        403,
        'not_the_author',
      ]);
      expect(codeOf(await patient.client.put(path(`${id}/`, other), { rating: 1 }))).toEqual([
        404,
        'review_not_found',
      ]);
      expect((await doctor.client.patch(path(`${id}/`), { rating: 5 })).status).toBe(403);
      const changed = await patient.client.patch(path(`${id}/`), { rating: 2 });
      expect(changed.body.data).toMatchObject({ rating: 2, comment: 'Good.', edited_at: expect.any(String) });
      expect(await rated()).toEqual([2, 1]);
      await app.sql(`update reviews set created_at = created_at - interval '31 days' where id = $1`, [id]);
      const late = await patient.client.patch(path(`${id}/`), { rating: 5 });
      expect(codeOf(late)).toEqual([409, 'review_closed']);
      expect(late.body.details.editable_until).toEqual(expect.any(String));
    });

    it('are withdrawn for good, with their words and the reply to them', async () => {
      await doctor.client.put(path(`${id}/reply/`), { text: 'Thank you for the praise.' });
      expect(codeOf(await admin.client.delete(path(`${id}/`)))).toEqual([403, 'role_required']);
      expect((await patient.client.delete(path(`${id}/`))).body).toEqual({
        data: null,
        message: 'Withdrawn.',
        status: 'success',
      });
      expect(await rated()).toEqual([null, 0]);
      for (const answer of [
        await patient.client.delete(path(`${id}/`)),
        await patient.client.get(path(`${id}/`)),
        await patient.client.patch(path(`${id}/`), { rating: 1 }),
        await app.client().get(path(`${id}/`)),
      ]) {
        expect(codeOf(answer)).toEqual([404, 'review_not_found']);
      }
      expect(codeOf(await patient.client.post(path('create/'), { rating: 1 }))).toEqual([
        409,
        'already_reviewed',
      ]);
      const decision = { status: 'published', reason: 'Again.' };
      expect(codeOf(await admin.client.post(path(`${id}/moderate/`), decision))).toEqual([
        409,
        'review_is_withdrawn',
      ]);
      expect(await app.sql('select comment, reply from reviews where id = $1', [id])).toEqual([
        { comment: '', reply: null },
      ]);
    });
  });

  describe('and their doctor', () => {
    it('who replies once, in public, and may change it', async () => {
      const id = await reviewed(await register(app));
      const reply = (text: string, by: Person = doctor, of = doctor) =>
        by.client.put(path(`${id}/reply/`, of), { text });
      expect((await reply('I did not wait.', patient)).status).toBe(403);
      expect(codeOf(await reply('Not mine.', other))).toEqual([403, 'not_the_doctor']);
      expect(codeOf(await reply('Not mine.', other, other))).toEqual([404, 'review_not_found']);
      expect((await reply('')).status).toBe(400);
      expect((await reply('Thank you.')).body.data.reply).toEqual({
        text: 'Thank you.',
        replied_at: expect.any(String),
      });
      await reply('Thank you very much.');
      const shown = await app.client().get(path(`${id}/`));
      expect(shown.body.data.reply.text).toBe('Thank you very much.');
      expect(shown.body.data.edited_at).toBeNull();
      expect((await doctor.client.delete(path(`${id}/reply/`))).body.data.reply).toBeNull();
      expect((await doctor.client.delete(path(`${id}/reply/`))).status).toBe(200);
    });
  });

  describe('that should not be public', () => {
    let id: string;
    let author: Person;

    before(async () => {
      author = await register(app);
      id = await reviewed(author, { rating: 1, comment: 'He lives at 3 Elm Street.' });
    });

    it('are reported once by anybody but their author', async () => {
      const report = { reason: 'personal_data', note: 'That is my address.' };
      const answers = await Promise.all([1, 2].map(() => doctor.client.post(path(`${id}/report/`), report)));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
      expect((await patient.client.post(path(`${id}/report/`), { reason: 'offensive' })).status).toBe(201);
      expect(codeOf(await author.client.post(path(`${id}/report/`), report))).toEqual([403, 'own_review']);
      expect((await app.client().post(path(`${id}/report/`), report)).status).toBe(401);
      expect((await patient.client.post(path(`${id}/report/`), { reason: 'dislike' })).status).toBe(400);
      const [row] = await app.sql<{ note: Buffer }>(
        `select note from review_reports where reason = 'personal_data'`,
      );
      expect(row?.note.toString('latin1')).not.toContain('address');
    });

    it('are shown to administrators, who decide', async () => {
      expect((await doctor.client.get('/api/doctors/reviews/moderation/')).status).toBe(403);
      const list = async (query = '') =>
        (await admin.client.get(`/api/doctors/reviews/moderation/${query}`)).body.data;
      const reported = await list();
      expect(reported).toMatchObject({
        total: 1,
        items: [
          {
            id,
            doctor_name: 'Dr. Dora Person',
            author_id: author.userId,
            open_reports: 2,
            moderation: null,
            reports: [
              {
                reporter_id: doctor.userId,
                reason: 'personal_data',
                note: 'That is my address.',
                closed_at: null,
              },
              { reporter_id: patient.userId, reason: 'offensive', note: null },
            ],
          },
        ],
      });
      const before = await rated();
      const moderate = (body: object, by = admin) => by.client.post(path(`${id}/moderate/`), body);
      expect((await moderate({ status: 'hidden' })).status).toBe(400);
      expect((await moderate({ status: 'hidden', reason: 'An address.' }, doctor)).status).toBe(403);
      expect((await moderate({ status: 'hidden', reason: 'An address.' })).body.data.status).toBe('hidden');
      const [total, count] = [1, 1];
      expect(await rated()).toEqual([
        (before[0] * before[1] - total) / (before[1] - count),
        before[1] - count,
      ]);
      expect((await list('?reported=true')).total).toBe(0);
      expect(await list('?status=hidden&search=elm')).toMatchObject({
        total: 1,
        items: [{ open_reports: 0 }],
      });
      expect((await list('?ordering=-open_reports')).items[0]).toMatchObject({
        moderation: { reason: 'An address.', moderated_by: admin.userId },
        reports: [{ closed_at: expect.any(String) }, { closed_at: expect.any(String) }],
      });
      expect((await list(`?reported=false&doctor_id=${other.doctorId}`)).total).toBe(0);
      const audit = await admin.client.get('/api/audit/logs/?resource=review');
      expect(audit.body.data.items[0]).toMatchObject({
        action: 'review.hide',
        actor_id: admin.userId,
        resource_id: id,
        reason: 'An address.',
      });
    });

    it('are gone for everybody but their author, who learns why', async () => {
      expect(codeOf(await app.client().get(path(`${id}/`)))).toEqual([404, 'review_not_found']);
      expect(codeOf(await doctor.client.put(path(`${id}/reply/`), { text: 'Sir!' }))).toEqual([
        404,
        'review_not_found',
      ]);
      const listed = (await app.client().get(path())).body.data.items as { id: string }[];
      expect(listed.map((review) => review.id)).not.toContain(id);
      expect((await author.client.get(path(`${id}/`))).body.data).toMatchObject({
        status: 'hidden',
        hidden_because: 'An address.',
      });
      const before = await rated();
      expect(
        (await author.client.patch(path(`${id}/`), { rating: 2, comment: 'Rude.' })).body.data.status,
      ).toBe('hidden');
      expect(await rated()).toEqual(before);
      const back = await admin.client.post(path(`${id}/moderate/`), {
        status: 'published',
        reason: 'Put right.',
      });
      expect(back.body.data).toMatchObject({ status: 'published', rating: 2, hidden_because: null });
      expect((await rated())[1]).toBe(before[1] + 1);
    });
  });

  it('are listed by stars, words and time, with a summary', async () => {
    await reviewed(await register(app), { rating: 5, comment: '100% _calm_' });
    await reviewed(await register(app), { rating: 5 });
    const list = async (query: string) => (await app.client().get(path(`?${query}`))).body.data;
    expect((await list('rating=5')).total).toBe(2);
    expect((await list('search=100%25 _')).items).toMatchObject([{ comment: '100% _calm_' }]);
    const stars = (await list('ordering=-rating')).items.map(({ rating }: { rating: number }) => rating);
    expect(stars).toEqual(stars.toSorted((a: number, b: number) => b - a));
    expect((await list('created_before=2020-01-01T00:00:00Z')).total).toBe(0);
    expect((await app.client().get(path('?rating=9'))).status).toBe(400);
    const { total } = await list('');
    const summary = (await app.client().get(path('summary/'))).body.data;
    expect(summary).toEqual({
      rating: (await rated())[0],
      count: total,
      counts: { 1: 0, 2: 1, 3: 0, 4: 1, 5: 2 },
    });
    expect(codeOf(await app.client().get(`/api/doctors/${patient.userId}/reviews/summary/`))).toEqual([
      404,
      'doctor_not_found',
    ]);
  });

  it('add up to the rating, whatever happens to them at the same time', async () => {
    const authors = await Promise.all(Array.from({ length: 5 }, () => register(app)));
    const ids: string[] = [];
    for (const author of authors) ids.push(await reviewed(author, { rating: 3 }));
    await Promise.all(
      authors.flatMap((author, place) => {
        const review = path(`${ids[place]}/`);
        const moderate = (status: string) =>
          admin.client.post(`${review}moderate/`, { status, reason: 'Race.' });
        return [
          author.client.patch(review, { rating: (place % 5) + 1 }),
          moderate('hidden'),
          author.client.patch(review, { rating: ((place + 2) % 5) + 1 }),
          moderate('published'),
          place % 2 === 0 ? author.client.delete(review) : moderate('hidden'),
          moderate('published'),
        ];
      }),
    );
    const [sums] = await app.sql(
      `select rating_total = (select coalesce(sum(r.rating), 0) from reviews r
           where r.practitioner_id = d.id and r.status = 'published')
         and rating_count = (select count(*) from reviews r where r.practitioner_id = d.id and r.status = 'published')
         as exact from doctors d where id = $1`,
      [doctor.doctorId],
    );
    expect(sums).toEqual({ exact: true });
  });
});
