import { z } from 'zod';
import type { Dependant } from '#patients';
import { iso, isoOrNull, present, RequiredText, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Sex = z.enum(['female', 'male', 'other', 'unknown']);
const Relationship = z
  .enum(['child', 'parent', 'grandparent', 'grandchild', 'sibling', 'spouse', 'ward', 'other'])
  .describe('What the person is to the guardian: my `child`.');
const BirthDate = z.iso.date().refine((date) => date >= '1880-01-01', { error: 'Too long ago.' });

const Details = z.object({
  first_name: RequiredText(100),
  last_name: RequiredText(100),
  date_of_birth: BirthDate,
  relationship: Relationship,
  sex: Sex.nullable(),
});

export const AddDependant = Details.partial({ sex: true }).transform(({ sex = null, ...body }) => ({
  firstName: body.first_name,
  lastName: body.last_name,
  dateOfBirth: body.date_of_birth,
  relationship: body.relationship,
  sex,
}));

export const UpdateDependant = Details.extend({
  archived: z.boolean().describe('Nothing new is booked for an archived chart; `false` brings it back.'),
})
  .partial()
  .transform(({ first_name, last_name, date_of_birth, ...body }) =>
    present({ ...body, firstName: first_name, lastName: last_name, dateOfBirth: date_of_birth }),
  );

export const ListDependants = listQuery(
  {
    first_name: 'firstName',
    date_of_birth: 'dateOfBirth',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
  },
  { status: z.enum(['active', 'archived']).default('active') },
);

export const DependantAnswer = z
  .object({
    id: z.uuid().describe('The id of the chart: `patient_id` everywhere else.'),
    first_name: z.string(),
    last_name: z.string(),
    date_of_birth: z.iso.date(),
    relationship: Relationship,
    sex: Sex.nullable(),
    status: z.enum(['active', 'archived']),
    archived_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Dependant' });

export const RemovedDependantAnswer = z
  .object({ outcome: z.enum(['deleted', 'archived']) })
  .meta({ id: 'RemovedDependant' });

export function toDependant(dependant: Dependant): z.infer<typeof DependantAnswer> {
  return {
    id: dependant.id,
    first_name: dependant.firstName,
    last_name: dependant.lastName,
    date_of_birth: dependant.dateOfBirth,
    relationship: dependant.relationship,
    sex: dependant.sex,
    status: dependant.archivedAt ? 'archived' : 'active',
    archived_at: isoOrNull(dependant.archivedAt),
    created_at: iso(dependant.createdAt),
    updated_at: iso(dependant.updatedAt),
  };
}
