import type { TestServer } from '../support/app.ts';

/**
 * Fills the database with approved doctors whose names, specialties and biographies are as varied as those of
 * a marketplace: 400 surnames, 40 specialties, biographies of some fifty words.
 */
export async function manyDoctors(app: TestServer, count: number): Promise<void> {
  await app.sql(MANY_DOCTORS.replaceAll(':count', String(count)));
  await app.sql('analyze doctors');
}

const SPECIALTIES =
  'cardiology,dermatology,neurology,urology,radiology,oncology,pediatrics,psychiatry,general practice,' +
  'internal medicine,orthopedics,ophthalmology,gynecology,nephrology,gastroenterology,endocrinology,' +
  'rheumatology,pulmonology,hematology,immunology,allergology,anesthesiology,geriatrics,sports medicine,' +
  'sleep medicine,pain medicine,plastic surgery,vascular surgery,hand surgery,family medicine,nutrition,' +
  'speech therapy,physiotherapy,midwifery,dentistry,palliative care,travel medicine,andrology,' +
  'occupational medicine,addiction medicine';
const FIRST_NAMES =
  'Asha Zoë Arjun Claire Mehmet Olga Jonas Amara Lúcia Kenji Ines Tomás Noor Piotr Wanja Dilek';
const SYLLABLES = 'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu';
const WORDS =
  'patients care years hospital treats children adults pressure skin heart sleep pain listens explains second ' +
  'opinion university trained clinic chronic prevention results medicine video calm evidence gentle therapy';

const MANY_DOCTORS = `
create temporary table play as
  select i, uuidv7() organization, uuidv7() branch, uuidv7() doctor, uuidv7() account,
    'Dr. ' || (string_to_array('${FIRST_NAMES}', ' '))[1 + i % 16] || ' '
      || initcap((string_to_array('${SYLLABLES}', ' '))[1 + i % 20] || (string_to_array('${SYLLABLES}', ' '))[1 + i / 20 % 20]
      || (string_to_array('${SYLLABLES}', ' '))[1 + i / 7 % 20]) as name,
    (string_to_array('${SPECIALTIES}', ','))[1 + i % 40] as specialty,
    (select string_agg((string_to_array('${WORDS}', ' '))[1 + (i * 7 + n * n * 13 + n * i) % 28], ' ')
      from generate_series(1, 50) n) as bio
  from generate_series(1, :count) i;
insert into users (id, email, first_name, last_name, roles, time_zone, created_at, updated_at)
  select account, 'many' || i || '@example.test', 'Dora', 'Many', array['doctor'], 'UTC', now(), now() from play;
insert into organizations (id, name, country, time_zone, created_at, updated_at)
  select organization, 'Practice ' || i, 'FR', 'UTC', now(), now() from play;
insert into branches (id, organization_id, name, created_at) select branch, organization, 'Main', now() from play;
insert into staff_members (id, organization_id, branch_id, user_id, name, created_at)
  select doctor, organization, branch, account, name, now() from play;
insert into doctors (id, organization_id, user_id, name, gender, bio, qualifications, specialties, languages,
    years_of_experience, fee_amount, fee_currency, time_zone, kyc_status, license_number, license_country,
    license_expires_on, rating_total, rating_count, created_at, updated_at)
  select doctor, organization, account, name, (array['female', 'male', 'other']::gender[])[1 + i % 3], bio,
    array['MBBS', 'MD'], array[specialty], array[(array['en', 'fr', 'de', 'hi', 'es'])[1 + i % 5]], i % 40,
    2000 + i % 100 * 100, 'EUR', 'UTC', 'approved', 'L' || i, (array['FR', 'DE', 'IN', 'ES'])[1 + i % 4], '2099-12-31',
    i % 200 * 4, i % 200, now(), now()
  from play;
drop table play`;
